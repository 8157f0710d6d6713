"""Drives a callback's coroutine that has to wait, on Deferreds and on asyncio's futures alike."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from ..context.current_task import ENDED, LazyTask, Step, find_running_task, take_requested_task
from ..context.running import activity, current_module, current_request
from .registry import Entry

logger = logging.getLogger(__name__)


def to_coroutine(answer: Any) -> Coroutine[Any, Any, Any] | None:
    """A coroutine for whatever can be awaited, None for what cannot."""
    if inspect.iscoroutine(answer):
        return answer
    return _await(answer) if inspect.isawaitable(answer) else None


async def _await(answer: Any) -> Any:
    return await answer


class WaitingCallback:
    """One slot's callback that has to wait: after `on_settled` was called, `answer` or `error` is there."""

    __slots__ = (
        "_context",
        "_coroutine",
        "_is_cancelled",
        "_lazy_task",
        "_on_settled",
        "_request",
        "_waiting",
        "answer",
        "deadline_ns",
        "entry",
        "error",
    )

    def __init__(
        self, entry: Entry, coroutine: Coroutine[Any, Any, Any], waiting: Any, since_ns: int, deadline_ms: float
    ) -> None:
        self.entry = entry
        self.deadline_ns = since_ns + int(float(deadline_ms) * 1_000_000)
        self.answer: Any = None
        self.error: BaseException | None = None
        self._coroutine = coroutine
        self._waiting = waiting
        self._context: Context | None = None
        self._on_settled: Callable[[], None] | None = None
        self._is_cancelled = False
        self._lazy_task: LazyTask | None = take_requested_task(since_ns)
        self._request = activity.request

    def start(self, context: Context, on_settled: Callable[[], None]) -> None:
        """Continues in `context`; `on_settled` is called once, possibly before this returns."""
        context.run(current_module.set, self.entry.module_path)
        context.run(current_request.set, self._request)
        self._context = context
        self._on_settled = on_settled
        self._wait(self._waiting)

    def cancel(self, error: BaseException) -> None:
        """Settles with `error` at once, whatever the coroutine does with its cancellation."""
        on_settled, self._on_settled = self._on_settled, None
        if on_settled is None:
            return
        self.error = error
        if self._waiting is None and self._lazy_task is None:
            self._is_cancelled = True
        else:
            try:
                (self._lazy_task.task if self._lazy_task is not None else self._waiting).cancel()
            except BaseException:
                logger.exception("%s of %s cannot be cancelled", self.entry.name, self.entry.module_path)
        on_settled()

    def _wait(self, waiting: Any) -> None:
        self._waiting = None
        if self._lazy_task is not None:
            self._lazy_task.take_over(self._coroutine, waiting, self._step)
        elif isinstance(waiting, Deferred):
            self._waiting = waiting
            waiting.addBoth(self._on_deferred)
        elif getattr(waiting, "_asyncio_future_blocking", None) is not None:
            waiting._asyncio_future_blocking = False
            self._waiting = waiting
            waiting.add_done_callback(self._on_future)
        elif waiting is None:
            asyncio.get_running_loop().call_soon(self._on_turn)
        else:
            self._resume(self._coroutine.throw, RuntimeError(f"cannot wait for a {type(waiting).__name__}"))

    def _on_deferred(self, result: Any) -> None:
        if isinstance(result, Failure):
            self._resume(result.throwExceptionIntoGenerator, self._coroutine)
        else:
            self._resume(self._coroutine.send, result)

    def _on_future(self, _future: Any) -> None:
        self._resume(self._coroutine.send, None)

    def _on_turn(self) -> None:
        if self._is_cancelled:
            self._is_cancelled = False
            self._resume(self._coroutine.throw, asyncio.CancelledError())
        else:
            self._resume(self._coroutine.send, None)

    def _resume(self, go_on: Callable[[Any], Any], value: Any) -> None:
        waiting = self._step(go_on, value)
        if waiting is not ENDED:
            self._wait(waiting)

    def _step(self, go_on: Callable[[Any], Any], value: Any) -> Any:
        assert self._context is not None
        self._waiting = None
        # Another module's code may be on the stack: what it fires can be what this one waits for.
        outer = activity.put_aside()
        step = Step(self.entry.module_path, self._lazy_task)
        activity.since_ns, activity.entry, activity.request, activity.step = (
            step.since_ns,
            self.entry,
            self._request,
            step,
        )
        answer, error, waiting = None, None, ENDED
        try:
            waiting = self._context.run(go_on, value)
        except StopIteration as stop:
            answer = stop.value
        except BaseException as raised:
            error = raised
        activity.restore(outer)
        self._lazy_task = step.lazy_task
        if waiting is ENDED:
            self._settle(answer, error)
        return waiting

    def _settle(self, answer: Any, error: BaseException | None) -> None:
        if find_running_task() is not None:
            # Not on top of a task: the next callback may ask for its own.
            asyncio.get_running_loop().call_soon(self._settle, answer, error)
            return
        on_settled, self._on_settled = self._on_settled, None
        if on_settled is not None:
            self.answer, self.error = answer, error
            on_settled()
        elif error is not None and not isinstance(error, (asyncio.CancelledError, CancelledError)):
            logger.warning(
                "%s of %s raised after it was given up", self.entry.name, self.entry.module_path, exc_info=error
            )
