"""A program in the place of Node, on the channel that it inherits. Its argument says how it fails."""

import socket
import sys

import msgpack

_SPEAKS = {"magic": "synapse-media-bridge-callbacks", "protocol": [1, 1], "version": "1"}
_RESULTS = {"initialize": {}, "set_up": {"entries": []}}

channel = socket.socket(fileno=0)


def say(message):
    body = msgpack.packb(message)
    channel.sendall(len(body).to_bytes(4, "big") + body)


def main(fails):
    say([2, "hello", _SPEAKS])
    while head := channel.recv(4, socket.MSG_WAITALL):
        message = msgpack.unpackb(channel.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
        if message[0] != 0:
            continue
        _, number, method, _params = message
        if method in _RESULTS:
            say([1, number, None, _RESULTS[method]])
        elif fails == "ends":
            return


main(sys.argv[1])
