"""Coroutines are driven by hand, which costs a fraction of a task of asyncio's, until one of them asks for its task.

`asyncio.timeout`, `TaskGroup`, `wait_for` and most asyncio libraries begin with `asyncio.current_task()`. The task is
made then, and takes the coroutine over from its next wait on.
"""

from __future__ import annotations

import asyncio
import asyncio.tasks
from collections.abc import Callable, Generator
from contextvars import copy_context
from functools import partial
from time import perf_counter_ns
from types import coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from .running import activity, current_module

# What a step returns that ended its coroutine.
ENDED = object()
# Resumes the coroutine with `send` or `throw` and its argument; returns what the coroutine waits for then, or ENDED.
Advance = Callable[[Callable[[Any], Any], Any], Any]


class LazyTask:
    """A task that takes a coroutine over. It ends at once where nothing is handed to it in its first turn."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._handed: tuple[Any, Any, Advance] | None = None
        self.task: asyncio.Task[None] = loop.create_task(self._run())

    def take_over(self, steps: Any, waiting: Any, advance: Advance) -> None:
        """`steps` is the coroutine, which waits for `waiting`."""
        self._handed = (steps, waiting, advance)

    def cancel(self) -> None:
        self.task.cancel()

    async def _run(self) -> None:
        if self._handed is not None:
            await _drive(*self._handed)


@coroutine
def _drive(steps: Any, waiting: Any, advance: Advance) -> Generator[Any, Any, None]:
    while waiting is not ENDED:
        action, value = steps.send, None
        try:
            if isinstance(waiting, Deferred):
                value = yield from _wait_for_deferred(waiting)
            else:
                value = yield waiting
        except GeneratorExit:
            steps.close()
            raise
        except BaseException as error:
            action, value = steps.throw, error
        waiting = advance(action, value)


def _wait_for_deferred(deferred: Deferred[Any]) -> Generator[Any, Any, Any]:
    """A cancellation reaches the Deferred; the coroutine hears asyncio's, which is what its task was cancelled with."""
    future = asyncio.get_running_loop().create_future()
    deferred.addBoth(lambda result: None if future.done() else future.set_result(result))
    try:
        result = yield from future.__await__()
    except BaseException:
        deferred.cancel()
        raise
    if isinstance(result, Failure):
        result.raiseException()
    return result


class Step:
    """One step of a coroutine: `lazy_task` is its task, once it has one.

    A step may begin on top of a task that is not its own: what that task does can be what the coroutine waits for.
    """

    __slots__ = ("lazy_task", "module_path", "since_ns", "under")

    def __init__(self, module_path: str | None, lazy_task: LazyTask | None = None) -> None:
        self.lazy_task = lazy_task
        self.module_path = module_path
        self.under = find_running_task()
        self.since_ns = perf_counter_ns()

    def find_task(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[Any]:
        """Its task, made now where it has none."""
        if self.lazy_task is None:
            self.lazy_task = LazyTask(loop)
        return self.lazy_task.task


def run_step(
    function: Callable[..., Any], *args: Any, lazy_task: LazyTask | None = None
) -> tuple[Any, LazyTask | None]:
    """Calls, and says which task was asked for during the call, or was there before."""
    step = Step(current_module.get(), lazy_task)
    outer, activity.step = activity.step, step
    try:
        return function(*args), step.lazy_task
    finally:
        activity.step = outer


def continue_in_task(lazy_task: LazyTask, steps: Any, waiting: Any) -> Deferred[Any]:
    """What becomes of a coroutine that waits for `waiting`, in the task that it asked for."""
    done: Deferred[Any] = Deferred(lambda _: lazy_task.cancel())
    context = copy_context()

    def advance(action: Callable[[Any], Any], value: Any) -> Any:
        try:
            return context.run(partial(run_step, action, value, lazy_task=lazy_task))[0]
        except StopIteration as stop:
            outcome = stop.value
        except BaseException:
            outcome = Failure()
        # Not on top of this task: who waits for it may ask for its own.
        asyncio.get_running_loop().call_soon(_fire, done, outcome)
        return ENDED

    lazy_task.take_over(steps, waiting, advance)
    return done


def _fire(deferred: Deferred[Any], outcome: Any) -> None:
    if not deferred.called:
        deferred.callback(outcome)


class _RequestedTask:
    """The task that the running step of a callback asked for. A step is known by the time it began."""

    since_ns = 0
    lazy_task: LazyTask | None = None


_requested = _RequestedTask()
_find_task = asyncio.current_task


def find_running_task() -> asyncio.Task[Any] | None:
    """The task of asyncio's that runs, if one does: not what code driven by hand is told."""
    try:
        return _find_task()
    except RuntimeError:
        return None


def take_requested_task(since_ns: int) -> LazyTask | None:
    """The task that a callback asked for in the step that began at `since_ns`; None where it asked for none."""
    if _requested.since_ns != since_ns:
        return None
    lazy_task, _requested.lazy_task, _requested.since_ns = _requested.lazy_task, None, 0
    return lazy_task


def install_current_task(own_loop: asyncio.AbstractEventLoop) -> None:
    """From now on `asyncio.current_task()` finds a task for what is driven by hand. Before modules are imported."""

    def current_task(loop: asyncio.AbstractEventLoop | None = None) -> asyncio.Task[Any] | None:
        """The running task, or None."""
        task = _find_task(loop)
        if (loop is not None and loop is not own_loop) or asyncio._get_running_loop() is not own_loop:
            return task
        step = activity.step
        if step is not None and step.under is task:
            return step.find_task(own_loop)
        if task is not None or activity.entry is None:
            return task
        if _requested.since_ns != activity.since_ns:
            _requested.since_ns, _requested.lazy_task = activity.since_ns, LazyTask(own_loop)
        return _requested.lazy_task.task if _requested.lazy_task is not None else None

    asyncio.current_task = asyncio.tasks.current_task = current_task
