"""Puts the parts of the shim together and runs them until the end."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal

from .context.current_task import install_current_task
from .logs.captured_output import capture_output
from .logs.log import flush_output, install_logging
from .process.blocking import BlockedCalls
from .process.lifecycle import Lifecycle
from .process.tls_on_demand import tls_on_demand
from .process.watchdog import BROKEN_EXIT_STATUS, Watchdog
from .wire.channel import Channel
from .wire.loop import ChannelLoop

logger = logging.getLogger(__name__)

THREADS_END_SECONDS = 1.0


def main(channel: Channel) -> None:
    """Returns when the shutdown triggers have run; threads of modules that are left get the watchdog's time."""
    faulthandler.register(signal.SIGUSR1, file=channel.log_fd, all_threads=True)
    loop = ChannelLoop()
    os.register_at_fork(after_in_child=loop.channel_selector.abandon)
    asyncio.set_event_loop(loop)
    with tls_on_demand():
        from twisted.internet import asyncioreactor
    # Before anything imports `twisted.internet.reactor`, which would choose one that does not work with asyncio.
    asyncioreactor.install(loop)
    from twisted.internet import reactor

    from .server import Server

    install_current_task(loop)
    install_logging(channel.log_fd)
    capture_output(channel.log_fd)
    blocked = BlockedCalls(lambda facts: loop.call_soon_threadsafe(server.notify, "blocked", facts))
    watchdog = Watchdog(channel, blocked)
    lifecycle = Lifecycle(loop, reactor, watchdog)
    server = Server(channel, loop, reactor, lifecycle)
    server.say_hello()
    watchdog.start()
    try:
        lifecycle.run()
    except BaseException:
        # Not by way of `sys.stderr`, which may be gone as well.
        logger.critical("The event loop cannot continue: this process ends, to be started again", exc_info=True)
        os._exit(BROKEN_EXIT_STATUS)
    blocked.sum_up()
    server.finish()
    # The triggers have had their time: what threads are left for now is not what a module asked to be waited for.
    watchdog.end_within(THREADS_END_SECONDS)
    flush_output()
