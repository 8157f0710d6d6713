"""The clock of `hs.get_clock()`: calls later and again and again, on the reactor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater

from .awaitables import call
from .background import is_held_back, name_logger
from .duration import to_seconds

logger = logging.getLogger(__name__)


class Clock:
    """Looping calls take `Duration` or milliseconds, single calls and `sleep` `Duration` or seconds, as modules do."""

    def __init__(self, reactor: Any, server_name: str = "") -> None:
        self._reactor = reactor
        self._server_name = server_name
        self._loops: list[LoopingCall] = []

    def time(self) -> float:
        """Seconds of the epoch."""
        return self._reactor.seconds()

    def time_msec(self) -> int:
        """Milliseconds of the epoch."""
        return int(self.time() * 1000)

    async def sleep(self, duration: timedelta | float) -> None:
        """Waits; others run meanwhile."""
        await deferLater(self._reactor, to_seconds(duration), lambda: None)

    def looping_call(
        self, f: Callable[..., Any], duration: timedelta | float, *args: Any, **kwargs: Any
    ) -> LoopingCall:
        """Calls again and again, first after one interval. A call that takes longer delays the next."""
        return self._loop(f, duration, False, args, kwargs)

    def looping_call_now(
        self, f: Callable[..., Any], duration: timedelta | float, *args: Any, **kwargs: Any
    ) -> LoopingCall:
        """As `looping_call`, first at once."""
        return self._loop(f, duration, True, args, kwargs)

    def _loop(
        self, f: Callable[..., Any], duration: timedelta | float, now: bool, args: Any, kwargs: Any
    ) -> LoopingCall:
        # An error would end a LoopingCall for good.
        loop = LoopingCall(call_and_log, name_logger(f), partial(f, *args, **kwargs))
        loop.clock = self._reactor
        if not is_held_back():
            self._loops.append(loop)
            loop.start(to_seconds(duration, unit_ms=1), now=now)
        return loop

    def call_later(self, delay: timedelta | float, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Calls once. Returns Twisted's delayed call, which can be cancelled."""
        kwargs.pop("call_later_cancel_on_shutdown", None)
        delayed = self._reactor.callLater(
            to_seconds(delay), call_and_log, name_logger(callback), partial(callback, *args, **kwargs)
        )
        if is_held_back():
            return HeldBackCall(delayed)
        return delayed

    def cancel_call_later(self, wrapped_call: Any, ignore_errs: bool = False) -> None:
        """Cancels; `ignore_errs` where it may have been called already."""
        try:
            wrapped_call.cancel()
        except Exception:
            if not ignore_errs:
                raise

    def cancel_all_looping_calls(self, consumeErrors: bool = True) -> None:
        """Stops every loop of this clock."""
        for loop in self._loops:
            if loop.running:
                loop.stop()
        self._loops.clear()

    def call_when_running(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Calls once the reactor runs; at once where it does."""
        self._reactor.callWhenRunning(callback, *args, **kwargs)

    def add_system_event_trigger(
        self, phase: str, event_type: str, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Twisted's triggers: `("before", "shutdown", …)` and the like."""
        return self._reactor.addSystemEventTrigger(phase, event_type, callback, *args, **kwargs)


class HeldBackCall:
    """A delayed call that is accepted during a check and never made."""

    def __init__(self, delayed: Any) -> None:
        self._time = delayed.getTime()
        self._active = True
        delayed.cancel()

    def active(self) -> bool:
        return self._active

    def cancel(self) -> None:
        self._active = False

    def getTime(self) -> float:
        return self._time

    def delay(self, secondsLater: float) -> None:
        self._time += secondsLater

    def reset(self, secondsFromNow: float) -> None:
        """Changes nothing: it is never called."""


def call_and_log(log: logging.Logger, function: Callable[[], Any]) -> Deferred[Any]:
    return call(function).addErrback(
        lambda failure: log.error(
            "A call of the clock failed", exc_info=(failure.type, failure.value, failure.getTracebackObject())
        )
    )
