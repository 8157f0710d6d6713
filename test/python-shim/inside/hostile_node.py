"""The package's end of a channel, with the other end in the hands of a test. No reactor runs."""

import socket

from media_bridge_shim.wire.codec import encode
from synapse_media_bridge_module.wire.channel import Channel
from synapse_media_bridge_module.wire.peer import Peer
from twisted.internet.task import Clock


class HostileNode:
    def __init__(self, requests=None, notifications=None):
        ours, self.theirs = socket.socketpair()
        self.lost = []
        self.peer = Peer(Clock(), requests or {}, notifications or {})
        self.channel = Channel(ours, None, self.peer.receive, self._lose)
        self.peer.open(self.channel)

    def _lose(self, reason):
        self.lost.append(reason)
        self.peer.lose(reason)

    def say(self, message):
        self.theirs.sendall(encode(message))

    # What asks in place of the supervisor.

    def slot_of(self, _entry):
        return 0

    async def run(self, params, deadline_ms):
        return await self.peer.request("run", params, deadline_ms)

    def close(self):
        self.channel.close("the test is over")
        self.theirs.close()
