"""The clock of `hs.get_clock()`: calls later and again and again, on the reactor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater
from twisted.python.failure import Failure

from ...context import held_back
from ..helpers.duration import to_seconds
from .awaitables import call
from .background import is_dry_run, name_logger
from .failures import exc_info_of

logger = logging.getLogger(__name__)


class Clock:
    """Looping calls take `Duration` or milliseconds, single calls and `sleep` `Duration` or seconds, as modules do."""

    def __init__(self, reactor: Any, server_name: str = "") -> None:
        self._reactor = reactor
        self._server_name = server_name
        self._loops: list[LoopingCall] = []
        self._calls: dict[int, DelayedCallWrapper] = {}
        self._last_call_id = 0

    def shutdown(self) -> None:
        """Stops every loop, and makes none of the calls that wait."""
        self.cancel_all_looping_calls()
        self.cancel_all_delayed_calls()

    def time(self) -> float:
        """Seconds of the epoch."""
        return self._reactor.seconds()

    def time_msec(self) -> int:
        """Milliseconds of the epoch."""
        return int(self.time() * 1000)

    async def sleep(self, duration: timedelta | float) -> None:
        """Waits; other work runs in the meantime."""
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
        if is_dry_run():
            held_back.count(held_back.BACKGROUND)
        else:
            self._loops.append(loop)
            loop.start(to_seconds(duration, unit_ms=1), now=now)
        return loop

    def call_later(self, delay: timedelta | float, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Calls once. The answer has the methods of Twisted's delayed call, `cancel` among them."""
        kwargs.pop("call_later_cancel_on_shutdown", None)
        self._last_call_id = call_id = self._last_call_id + 1

        def run() -> Deferred[Any]:
            self._calls.pop(call_id, None)
            return call_and_log(name_logger(callback), partial(callback, *args, **kwargs))

        delayed = self._reactor.callLater(to_seconds(delay), run)
        if is_dry_run():
            held_back.count(held_back.BACKGROUND)
            return DryRunCall(delayed)
        self._calls[call_id] = wrapper = DelayedCallWrapper(delayed, call_id, self)
        return wrapper

    def forget_call(self, call_id: int) -> None:
        """It was cancelled."""
        self._calls.pop(call_id, None)

    def cancel_all_delayed_calls(self, ignore_errs: bool = True) -> None:
        """Makes none of the calls of `call_later` that wait."""
        for wrapper in list(self._calls.values()):
            self.cancel_call_later(wrapper, ignore_errs)

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


class DelayedCallWrapper:
    """A call of `call_later` that waits."""

    def __init__(self, delayed_call: Any, call_id: int, clock: Clock) -> None:
        self.delayed_call = delayed_call
        self.call_id = call_id
        self.clock = clock

    def cancel(self) -> None:
        self.clock.forget_call(self.call_id)
        self.delayed_call.cancel()

    def active(self) -> bool:
        return bool(self.delayed_call.active())

    def getTime(self) -> float:
        return float(self.delayed_call.getTime())

    def delay(self, secondsLater: float) -> None:
        self.delayed_call.delay(secondsLater)

    def reset(self, secondsFromNow: float) -> None:
        self.delayed_call.reset(secondsFromNow)


class DryRunCall:
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


def call_later(timekeeper: Any, delay: timedelta | float, callback: Callable[..., Any], *args: Any) -> Any:
    """Calls once, by a `Clock` or, as older modules have it, by the reactor itself."""
    if hasattr(timekeeper, "call_later"):
        return timekeeper.call_later(delay, callback, *args)
    return timekeeper.callLater(to_seconds(delay), callback, *args)


def call_and_log(log: logging.Logger, function: Callable[[], Any]) -> Deferred[Any]:
    def report(failure: Failure) -> None:
        log.error("A call of the clock failed", exc_info=exc_info_of(failure))

    return call(function).addErrback(report)
