"""The floor: a child that reads, decodes, encodes and answers, with nothing else between."""

import os
import struct

import msgpack


def main() -> None:
    hello = {"magic": "synapse-media-bridge", "protocol": [1, 1], "shim": "echo", "python": "3", "pid": os.getpid()}
    send([2, "hello", hello])
    buffer = b""
    while True:
        data = os.read(0, 262144)
        if not data:
            return
        buffer += data
        answers, start = [], 0
        while len(buffer) - start >= 4:
            (length,) = struct.unpack_from(">I", buffer, start)
            if len(buffer) - start - 4 < length:
                break
            _shape, request_id, *_rest = msgpack.unpackb(buffer[start + 4 : start + 4 + length], raw=False)
            answers.append(frame([1, request_id, None, [[None, None, [1]]]]))
            start += 4 + length
        buffer = buffer[start:]
        write(b"".join(answers))


def frame(message: object) -> bytes:
    body = msgpack.packb(message)
    return struct.pack(">I", len(body)) + body


def send(message: object) -> None:
    write(frame(message))


def write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


main()
