"""A thread that sees what a blocked reactor cannot: an orphaned process, an end that hangs, a callback that blocks."""

from __future__ import annotations

import logging
import os
import select
import sys
import threading
from time import monotonic, perf_counter_ns
from types import FrameType

from .activity import activity
from .channel import Channel
from .log import flush_output
from .registry import Entry

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.25
BLOCKED_AFTER_NS = 1_000_000_000
ORPHAN_GRACE_SECONDS = 5.0


class Watchdog:
    """Started by the main thread. Ends the process when it is an orphan, or past the time given to `end_within`."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        # What counts is that it changes: behind a wrapper the parent is not the host.
        self._parent_pid = os.getppid()
        self._main_thread = threading.get_ident()
        self._end_at: float | None = None
        self._reported_ns = 0

    def start(self) -> None:
        threading.Thread(target=self._watch, name="media-bridge-watchdog", daemon=True).start()

    def end_within(self, seconds: float) -> None:
        """The process ends after this time in any case, with status 0; a later call does not extend it."""
        end_at = monotonic() + seconds
        if self._end_at is None or end_at < self._end_at:
            self._end_at = end_at

    def _watch(self) -> None:
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
                flush_output()
                os._exit(0)
            self._look_for_blocked()

    def _look_for_blocked(self) -> None:
        since_ns, entry = activity.since_ns, activity.entry
        if entry is None or since_ns == self._reported_ns or perf_counter_ns() - since_ns < BLOCKED_AFTER_NS:
            return
        frame = sys._current_frames().get(self._main_thread)
        # Asked again: by now it may be another call that has just begun.
        if frame is None or activity.since_ns != since_ns or activity.entry is not entry:
            return
        self._reported_ns = since_ns
        logger.warning(
            "%s of %s blocks the reactor for more than a second, at %s",
            entry.kind.name,
            entry.module_path,
            _describe_place(frame, entry),
            extra={"module_path": entry.module_path},
        )


def _describe_place(frame: FrameType, entry: Entry) -> str:
    """The innermost line, and the line of the module's own file that led there."""
    innermost = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    own: FrameType | None = frame
    while own is not None and own.f_code.co_filename != entry.file:
        own = own.f_back
    if own is None or own is frame:
        return innermost
    return f"{own.f_code.co_filename}:{own.f_lineno} (in {innermost})"
