"""A thread that sees what a blocked reactor cannot: an orphaned process, an end that hangs, a callback that blocks."""

from __future__ import annotations

import logging
import os
import select
import threading
from time import monotonic

from ..logs.log import flush_output
from ..wire.channel import Channel
from .blocking import BlockedCalls
from .fd_health import FdHealth

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.25
ORPHAN_GRACE_SECONDS = 5.0
BROKEN_EXIT_STATUS = 71  # EX_OSERR


class Watchdog:
    """Started by the main thread. Ends the process when it is an orphan, or past the time given to `end_within`."""

    def __init__(self, channel: Channel, blocked: BlockedCalls) -> None:
        self._channel = channel
        self._blocked = blocked
        # What counts is that it changes: with a wrapper in between, the parent is not the host.
        self._parent_pid = os.getppid()
        self._end_at: float | None = None

    def start(self) -> None:
        threading.Thread(target=self._watch, name="media-bridge-watchdog", daemon=True).start()

    def end_within(self, seconds: float) -> None:
        """The process ends after this time in any case, with status 0; a later call does not extend it."""
        end_at = monotonic() + seconds
        if self._end_at is None or end_at < self._end_at:
            self._end_at = end_at

    def _watch(self) -> None:
        fd_health = FdHealth()
        poller = select.poll()
        # No events asked for: only the other side's end wakes it.
        poller.register(self._channel.read_fd, 0)
        has_channel = True
        while True:
            if has_channel and poller.poll(TICK_SECONDS * 1000):
                has_channel = False
                poller = select.poll()
                self.end_within(ORPHAN_GRACE_SECONDS)
            elif not has_channel:
                poller.poll(TICK_SECONDS * 1000)
            if os.getppid() != self._parent_pid:
                self.end_within(ORPHAN_GRACE_SECONDS)
            if self._end_at is not None and monotonic() >= self._end_at:
                self._force_end()
            self._blocked.look()
            problem = fd_health.look()
            if problem is not None:
                logger.critical("%s; this process ends, to be started again", problem)
                os._exit(BROKEN_EXIT_STATUS)

    def _force_end(self) -> None:
        left = name_threads_left()
        if left:
            logger.warning("The end was forced: threads of modules that did not end: %s", ", ".join(left))
        flush_output()
        os._exit(0)


def name_threads_left() -> list[str]:
    """The threads that keep the process, by name: neither daemons nor the main one."""
    main = threading.main_thread()
    return [thread.name for thread in threading.enumerate() if not thread.daemon and thread is not main]
