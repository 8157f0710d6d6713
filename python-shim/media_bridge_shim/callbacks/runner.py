"""Runs in flight: starts a walk, waits for what waits, holds the deadlines by one coarse timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from time import perf_counter_ns
from typing import Any

from ..answers.errors import DeadlineExceeded, ProtocolError, RunCancelled
from ..api.asynchronous.logging_context import LoggingContext, RequestContext, active
from ..context.running import activity
from .registry import Entry
from .waiting_callback import WaitingCallback
from .walk import Walk, walk, walk_traced

TICK_SECONDS = 0.05

# (call id, error, results): one of the last two is None.
Settled = Callable[[int, "BaseException | None", Any], None]


class Runner:
    """`start` walks at once; what ends without waiting is returned, the rest settles later."""

    def __init__(self, entries: list[Entry], loop: asyncio.AbstractEventLoop, settled: Settled) -> None:
        self._entries = entries
        self._loop = loop
        self._settled = settled
        self._base = copy_context()
        self._runs: dict[int, _Run] = {}
        self._ticking = False
        self._on_idle: Callable[[], None] | None = None

    def start(
        self, call_id: int, trace: bool, steps: list[Any], request: int | None = None, user: str | None = None
    ) -> list[Any] | None:
        """The results, or None: then `settled` is called later. Raises `ProtocolError` for a wrong request.

        `request` is the number of the request that this is for, for the log; `user` is who makes it.
        """
        activity.request = request
        logging_context = RequestContext(request, user)
        context = self.new_context(logging_context)
        try:
            walking = walk_traced(self._entries, steps, request) if trace else walk(self._entries, False, steps)
            callback = context.run(walking.send, None)
        except StopIteration as stop:
            return stop.value
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise ProtocolError(f"run with wrong parameters: {error!r}") from error
        run = self._runs[call_id] = _Run(self, call_id, walking, logging_context, self._settled)
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(TICK_SECONDS, self._tick)
        run.wait(callback, context)
        return None

    def cancel(self, call_id: int) -> None:
        """Ends a run with `RunCancelled`; one that is over, or never was, is left alone."""
        run = self._runs.get(call_id)
        if run is not None:
            run.cancel()

    def cancel_all(self) -> None:
        for call_id in list(self._runs):
            self.cancel(call_id)

    def when_idle(self, on_idle: Callable[[], None]) -> None:
        """Calls once no run is in flight, possibly at once."""
        self._on_idle = on_idle
        self._check_idle()

    def forget(self, call_id: int) -> None:
        self._runs.pop(call_id, None)
        self._check_idle()

    def new_context(self, logging_context: LoggingContext) -> Context:
        """A context for itself, so that what a callback sets is not seen by the next one that has to wait, or run."""
        context = self._base.copy()
        context.run(active.set, logging_context)
        return context

    def _check_idle(self) -> None:
        if self._on_idle is not None and not self._runs:
            on_idle, self._on_idle = self._on_idle, None
            on_idle()

    def _tick(self) -> None:
        now = perf_counter_ns()
        for run in list(self._runs.values()):
            run.check_deadline(now)
        self._ticking = bool(self._runs)
        if self._ticking:
            self._loop.call_later(TICK_SECONDS, self._tick)


class _Run:
    """One run that has to wait."""

    __slots__ = ("_call_id", "_callback", "_logging_context", "_request", "_runner", "_settled", "_walk")

    def __init__(
        self, runner: Runner, call_id: int, walking: Walk, logging_context: LoggingContext, settled: Settled
    ) -> None:
        self._runner = runner
        self._logging_context = logging_context
        self._call_id = call_id
        self._walk = walking
        self._settled: Settled | None = settled
        self._callback: WaitingCallback | None = None
        self._request = activity.request

    def wait(self, callback: WaitingCallback, context: Context) -> None:
        self._callback = callback
        callback.start(context, self._go_on)

    def check_deadline(self, now_ns: int) -> None:
        callback = self._callback
        if callback is not None and now_ns >= callback.deadline_ns:
            callback.cancel(
                DeadlineExceeded(f"{callback.entry.name} of {callback.entry.module_path} is past its deadline")
            )

    def cancel(self) -> None:
        error = RunCancelled("The run was cancelled")
        callback = self._callback
        self._settle(error, None)
        if callback is not None:
            callback.cancel(error)

    def _go_on(self) -> None:
        self._callback = None
        if self._settled is None:
            self._walk.close()
            return
        # A new context: the one of a callback that was given up may still be in use.
        context = self._runner.new_context(self._logging_context)
        outer = activity.put_aside()
        activity.request, activity.step = self._request, None
        try:
            callback = context.run(self._walk.send, None)
        except StopIteration as stop:
            self._settle(None, stop.value)
        except Exception as error:
            self._settle(error, None)
        else:
            self.wait(callback, context)
        finally:
            activity.restore(outer)

    def _settle(self, error: BaseException | None, results: Any) -> None:
        settled, self._settled = self._settled, None
        if settled is not None:
            settled(self._call_id, error, results)
            self._runner.forget(self._call_id)
