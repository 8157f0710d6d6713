"""What the main thread does right now: written on the hot path, read by the watchdog's thread and by the log."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol


class RunningKind(Protocol):
    """A kind of callbacks (`kinds.Kind`)."""

    @property
    def name(self) -> str: ...


class RunningCallback(Protocol):
    """The slot whose callback runs (`registry.Entry`)."""

    @property
    def kind(self) -> RunningKind: ...
    @property
    def module_path(self) -> str: ...
    @property
    def file(self) -> str | None: ...


class RunningStep(Protocol):
    """A step of a coroutine that is driven by hand (`hands.Hand`)."""

    @property
    def module_path(self) -> str | None: ...
    @property
    def since_ns(self) -> int: ...
    @property
    def under(self) -> asyncio.Task[Any] | None: ...
    def find_task(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[Any]:
        """Its task, made now where it has none."""
        ...


# What `Activity.put_aside` hands out for `Activity.restore`.
Former = tuple[RunningCallback | None, int, int | None, RunningStep | None]


class Activity:
    """`entry`'s code runs on the main thread since `since_ns` (`perf_counter_ns`); None: no callback's code does.

    `request` is the number of the request that the run is for, where it has one. `hand` drives a coroutine that is no
    callback: background work, a loop, what a callback started beside itself.
    """

    __slots__ = ("entry", "hand", "request", "since_ns")

    def __init__(self) -> None:
        self.entry: RunningCallback | None = None
        self.since_ns = 0
        self.request: int | None = None
        self.hand: RunningStep | None = None

    def put_aside(self) -> Former:
        """What runs until now, for `restore`: other code is about to run on top of it."""
        return self.entry, self.since_ns, self.request, self.hand

    def restore(self, former: Former) -> None:
        self.entry, self.since_ns, self.request, self.hand = former


activity = Activity()
