"""Loads the modules in a Node that ends again, while Synapse reads its configuration."""

from __future__ import annotations

from twisted.internet import reactor

from ..shared.errors import NodeUnavailable, StartFailed
from ..shared.settings import Settings
from ..wire.channel import Channel
from ..wire.peer import Peer
from .conversation import Hello, initialize, wait_for
from .process import open_channel


def check_modules(settings: Settings) -> None:
    """Raises `StartFailed` or `NodeUnavailable` with what is wrong.

    Synapse may fork after it has read its configuration, and other programs read it too: no process stays.
    """
    opened, process = open_channel(settings, keeps_words=True)
    hello = Hello()

    def lose(reason: str) -> None:
        hello.lose(reason)
        peer.lose(reason)

    peer = Peer(reactor, {}, {"hello": hello.hear})
    channel = Channel(opened, reactor, peer.receive, lose)
    peer.open(channel)
    try:
        wait_for(initialize(peer, hello, settings), channel, settings.start_deadline_ms)
    except NodeUnavailable as error:
        if "start_deadline_ms" in str(error):
            process.kill()
            raise
        channel.close("the check is over")
        name = settings.socket if settings.command is None else " ".join(settings.command)
        raise StartFailed(f"{name} did not start: {process.last_words()}") from error
    finally:
        channel.close("the check is over")
        process.end()
