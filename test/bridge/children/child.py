"""A child that speaks the protocol with nothing but msgpack, and misbehaves when it is told to."""

import faulthandler
import itertools
import os
import signal
import struct
import subprocess
import sys
import threading

import msgpack

HEADER = struct.Struct(">I")
modes = set(sys.argv[1:])
request_ids = itertools.count(1)


def send(message):
    body = msgpack.packb(message)
    write(HEADER.pack(len(body)) + body)


def write(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def read_exactly(count):
    data = bytearray()
    while len(data) < count:
        piece = os.read(0, count - len(data))
        if not piece:
            # The host closed the channel.
            os._exit(0 if "hold" not in modes else wait_for_ever())
        data += piece
    return data


def receive():
    return msgpack.unpackb(read_exactly(HEADER.unpack(read_exactly(4))[0]), raw=False, strict_map_key=False)


def wait_for_ever():
    while True:
        signal.pause()


def start_grandchild(**options):
    grandchild = subprocess.Popen(["sleep", "1000"], **options)
    return [grandchild.pid, os.getpgid(grandchild.pid)]


def flood(what):
    while True:
        if what == "requests":
            send([0, next(request_ids), "hang", None])
        elif what == "answers":
            send([1, 999_999, None, None])
        else:
            send([2, "blocked", "x" * (100_000 if what == "large notifications" else 1)])


def answer(call_id, method, params):
    if method == "exit":
        os._exit(params)
    if method in ("hang", "cancelled"):
        return
    if method == "block":
        threading.Event().wait()
    if method == "block until SIGUSR2":
        signal.sigwait([signal.SIGUSR2])
    if method == "raw":
        write(bytes.fromhex(params))
    if method == "flood":
        flood(params)
    if method == "trickle":
        write(HEADER.pack(16 * 1024 * 1024))
        while True:
            write(b"\x91")
    if method == "begin a frame":
        write(HEADER.pack(100) + b"\x91")
        wait_for_ever()
    if method == "stderr":
        os.write(2, params.encode())
    if method == "twice":
        send([1, call_id, None, "first"])
        send([1, 999_999, None, "to no request"])
    if method == "fail":
        send([1, call_id, params, None])
        return
    if method == "describe":
        send([1, call_id, None, repr(params)])
        return
    if method == "call host":
        send([0, next(request_ids), *params])
        send([1, call_id, None, receive()])
        return
    if method == "call host at once":
        for _ in range(params):
            send([0, next(request_ids), "hang", None])
        send([1, call_id, None, receive()])
        return
    if method == "call host and do not read":
        for _ in range(5):
            send([0, next(request_ids), "large", None])
        wait_for_ever()
    if method == "grandchild":
        params = start_grandchild()
    if method == "grandchild of its own session":
        params = start_grandchild(start_new_session=True)
    if method == "grandchild without the mark":
        params = start_grandchild(start_new_session=True, env={"PATH": os.environ["PATH"]})
    if method == "shutdown" and "deaf" in modes:
        return
    send([1, call_id, None, params])
    if method == "shutdown":
        os._exit(0)


def main():
    faulthandler.register(signal.SIGUSR1)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    if "deaf" in modes:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "crash" in modes:
        raise RuntimeError("cannot come up")
    if "silent" in modes:
        wait_for_ever()
    if "garbage" in modes:
        write(b"Hello from a print at import time, which is not a frame\n")
        wait_for_ever()
    magic = "something else" if "stranger" in modes else "synapse-media-bridge"
    protocol = [2, 3] if "newer" in modes else [1, 1]
    send([2, "hello", {"magic": magic, "protocol": protocol, "shim": "0", "python": "3", "pid": os.getpid()}])
    cancelled = []
    while True:
        message = receive()
        if message[0] == 2:
            cancelled.append(message[1:])
        elif message[0] == 0:
            _, call_id, method, params = message
            answer(call_id, method, cancelled if method == "notifications" else params)


main()
