"""What the main thread does right now: whose code runs, and for which request.

`activity` is written on the hot path and read by the watchdog's thread. `describe_origin` tells the log, and what
modules print, which module and request a line belongs to.
"""

from __future__ import annotations

import asyncio
import threading
from contextvars import Context, ContextVar, copy_context
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
    """A step of a coroutine that is driven by hand (`current_task.Step`)."""

    @property
    def module_path(self) -> str | None: ...
    @property
    def since_ns(self) -> int: ...
    @property
    def under(self) -> asyncio.Task[Any] | None: ...
    def find_task(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[Any]:
        """Its task, made now where it has none."""
        ...


# What `Activity.put_aside` returns for `Activity.restore`.
Former = tuple[RunningCallback | None, int, int | None, RunningStep | None]


class Activity:
    """`entry`'s code runs on the main thread since `since_ns` (`perf_counter_ns`); None: no callback's code does.

    `request` is the number of the request that the run is for, where it has one. `step` is of a coroutine that is not a
    callback: background work, a loop, what a callback started beside itself.
    """

    __slots__ = ("entry", "request", "since_ns", "step")

    def __init__(self) -> None:
        self.entry: RunningCallback | None = None
        self.since_ns = 0
        self.request: int | None = None
        self.step: RunningStep | None = None

    def put_aside(self) -> Former:
        """What runs until now, for `restore`: other code is about to run on top of it."""
        return self.entry, self.since_ns, self.request, self.step

    def restore(self, former: Former) -> None:
        self.entry, self.since_ns, self.request, self.step = former


activity = Activity()

current_module: ContextVar[str | None] = ContextVar("current_module", default=None)
"""The path of the module whose code runs: set while it loads and once a callback of its had to wait."""
current_request: ContextVar[int | None] = ContextVar("current_request", default=None)
"""The number of the request that a callback runs for, once the callback had to wait."""

_main_thread = threading.main_thread().ident


def describe_origin() -> dict[str, Any]:
    """`module` and `request`, as far as they are known. A callback on the stack says it without the variables.

    Setting these at each call would cost a tenth of the call.
    """
    entry = activity.entry if threading.get_ident() == _main_thread else None
    module, request = current_module.get(), current_request.get()
    # In the first step of a callback nothing is set: what is found is of the code that it began on top of.
    if entry is not None and (activity.step is None or module is None):
        module, request = entry.module_path, activity.request
    origin: dict[str, Any] = {}
    if module is not None:
        origin["module"] = module
    if request is not None:
        origin["request"] = request
    return origin


def copy_origin() -> Context:
    """A copy of the running context that says by itself whose it is: for other threads, and for background work."""
    origin = describe_origin()
    context = copy_context()
    context.run(current_module.set, origin.get("module"))
    context.run(current_request.set, origin.get("request"))
    return context
