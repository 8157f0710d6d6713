"""What the main thread does right now, for the watchdog: written on the hot path, read by another thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .registry import Entry


class Activity:
    """`entry`'s code runs on the main thread since `since_ns` (`perf_counter_ns`); None: no module's code does."""

    __slots__ = ("entry", "since_ns")

    def __init__(self) -> None:
        self.entry: Entry | None = None
        self.since_ns = 0


activity = Activity()
