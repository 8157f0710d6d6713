"""Has the shim's own decoder and dispatcher read streams of frames, many in one process.

On stdin come streams, each as a u32 length and its bytes; on stdout goes one line of JSON for each: what became of it.
"""

import asyncio
import gc
import itertools
import json
import logging
import os
import struct
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
sys.path[:0] = [str(ROOT / "python-shim/compat"), str(ROOT / "python-shim"), str(ROOT / "faults/wire/modules")]

from media_bridge_shim.context.current_task import install_current_task  # noqa: E402
from media_bridge_shim.loading import modules  # noqa: E402
from media_bridge_shim.wire import connection  # noqa: E402
from media_bridge_shim.wire.channel import Channel  # noqa: E402
from media_bridge_shim.wire.loop import ChannelLoop  # noqa: E402
from twisted.internet import asyncioreactor  # noqa: E402

loop = ChannelLoop()
asyncio.set_event_loop(loop)
asyncioreactor.install(loop)
install_current_task(loop)

from media_bridge_shim.server import Server  # noqa: E402
from twisted.internet import reactor  # noqa: E402

HEADER = struct.Struct(">I")
PIECE_BYTES = 16 * 1024
# A process has one server, with large buffers: here one follows the other, and they are made of cycles.
STREAMS_A_COLLECTION = 20
# More than a stream's callbacks need, the slowest of which waits for the host.
TURNS_AT_THE_END = 50
PATH = list(sys.path)


class Ended(BaseException):
    """The process would have ended with this status."""


def end_process(status):
    raise Ended(status)


class Records(logging.Handler):
    """What the shim logs as critical."""

    def __init__(self):
        super().__init__(logging.CRITICAL)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


class OpenEnd:
    """In place of the lifecycle: starts no reactor and ends no process, which the next stream needs."""

    has_started = True
    is_ending = False

    def end(self, runner, grace_seconds, on_drained):
        on_drained()


decode = connection.decode
decoded = 0


def count_decoded(body):
    global decoded
    message = decode(body)
    decoded += 1
    return message


def turn():
    loop.call_soon(loop.stop)
    loop.run_forever()


def drain(fd):
    pieces = []
    try:
        while piece := os.read(fd, 1 << 20):
            pieces.append(piece)
    except BlockingIOError:
        pass
    return b"".join(pieces)


def feed(fd, stream, outgoing):
    """Until all of it is read, in pieces, as a pipe has them."""
    rest = memoryview(stream)
    said = b""
    while rest:
        rest = rest[os.write(fd, rest[:PIECE_BYTES]) :]
        turn()
        said += drain(outgoing)
    for _ in range(TURNS_AT_THE_END):
        turn()
        said += drain(outgoing)
    return said


def answered(said):
    """The ids of its answers. The shim's own frames are whole and well-formed."""
    ids, start = [], 0
    while start < len(said):
        (length,) = HEADER.unpack_from(said, start)
        start += 4 + length
        message = decode(said[start - length : start])
        if message[0] == 1:
            ids.append(message[1])
    return ids


def read_stream(stream, records):
    """What became of a stream: the status that the process would have ended with, if it would have."""
    global decoded
    decoded = 0
    records.lines.clear()
    incoming, feeding = os.pipe()
    outgoing, saying = os.pipe()
    os.set_blocking(outgoing, False)
    channel = Channel(incoming, saying, sys.stderr.fileno())
    server = Server(channel, loop, reactor, OpenEnd())
    status, said = None, b""
    try:
        said = feed(feeding, stream, outgoing)
    except Ended as ended:
        status = ended.args[0]
    os.close(feeding)
    if status is None:
        turn()
    server._on_end()
    loop.channel_selector.forget_channel()
    for _ in range(3):
        turn()
    server.finish()
    ids = answered(said + drain(outgoing))
    for fd in (outgoing, incoming, saying):
        os.close(fd)
    sys.path[:] = PATH
    return {
        "status": status,
        "lines": records.lines,
        "decoded": decoded,
        "answers": len(ids),
        "twice": len(ids) - len(set(ids)),
        "last": max(ids, default=None),
    }


def read_exactly(fd, count):
    data = bytearray()
    while len(data) < count:
        piece = os.read(fd, count - len(data))
        if not piece:
            os.close(fd)
            sys.exit(0)
        data += piece
    return bytes(data)


def main():
    records = Records()
    logging.getLogger().addHandler(records)
    connection.decode = count_decoded
    # What it bounds is the whole process.
    modules.limit_memory = lambda _bytes: None
    os._exit = end_process
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for count in itertools.count(1):
        (length,) = HEADER.unpack(read_exactly(0, 4))
        stream = read_exactly(0, length)
        logging.getLogger().setLevel(logging.INFO)
        answers.write(json.dumps(read_stream(stream, records)) + "\n")
        if count % STREAMS_A_COLLECTION == 0:
            gc.collect()


main()
