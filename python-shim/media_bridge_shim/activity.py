"""What the main thread does right now: written on the hot path, read by the watchdog's thread and by the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .hands import Hand
    from .registry import Entry


class Activity:
    """`entry`'s code runs on the main thread since `since_ns` (`perf_counter_ns`); None: no callback's code does.

    `request` is the number of the request that the run is for, where it has one. `hand` drives a coroutine that is no
    callback: background work, a loop, what a callback started beside itself.
    """

    __slots__ = ("entry", "hand", "request", "since_ns")

    def __init__(self) -> None:
        self.entry: Entry | None = None
        self.since_ns = 0
        self.request: int | None = None
        self.hand: Hand | None = None

    def put_aside(self) -> tuple[Entry | None, int, int | None, Hand | None]:
        """What runs until now, for `restore`: other code is about to run on top of it."""
        return self.entry, self.since_ns, self.request, self.hand

    def restore(self, former: tuple[Entry | None, int, int | None, Hand | None]) -> None:
        self.entry, self.since_ns, self.request, self.hand = former


activity = Activity()
