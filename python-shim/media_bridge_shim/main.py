"""Puts the parts of the shim together and runs them until the end."""

from __future__ import annotations

import asyncio
import faulthandler
import signal

from twisted.internet import asyncioreactor

from .channel import Channel
from .lifecycle import Lifecycle
from .log import flush_output, install_logging
from .loop import ChannelLoop
from .watchdog import Watchdog


def main(channel: Channel) -> None:
    """Returns when the shutdown triggers have run; threads of modules that are left get the watchdog's time."""
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    loop = ChannelLoop()
    asyncio.set_event_loop(loop)
    # Before anything imports `twisted.internet.reactor`, which would choose one that knows no asyncio.
    asyncioreactor.install(loop)
    from twisted.internet import reactor

    from .server import Server

    install_logging()
    watchdog = Watchdog(channel)
    lifecycle = Lifecycle(loop, reactor, watchdog)
    server = Server(channel, loop, reactor, lifecycle)
    server.say_hello()
    watchdog.start()
    lifecycle.run()
    server.finish()
    flush_output()
