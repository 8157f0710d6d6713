"""Helpers around Deferreds that modules import."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Generic, TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore, gatherResults
from twisted.internet.error import TimeoutError as TwistedTimeoutError
from twisted.python.failure import Failure

from .awaitables import call, start
from .clock import call_later

T = TypeVar("T")


class AbstractObservableDeferred(ABC, Generic[T]):
    """What has one result for many observers."""

    @abstractmethod
    def observe(self) -> Deferred[T]: ...

    @abstractmethod
    def has_observers(self) -> bool: ...


class ObservableDeferred(AbstractObservableDeferred[Any]):
    """One Deferred for many observers, each with a Deferred of its own."""

    def __init__(self, deferred: Deferred[Any], consumeErrors: bool = False) -> None:
        self._deferred = deferred
        self._observers: list[Deferred[Any]] = []
        self._outcome: Any = None
        self._is_done = False
        self._consumes = consumeErrors
        deferred.addBoth(self._settle)

    def observe(self) -> Deferred[Any]:
        observer: Deferred[Any] = Deferred()
        if self._is_done:
            observer.callback(self._outcome)
        else:
            self._observers.append(observer)
        return observer

    def observers(self) -> Collection[Deferred[Any]]:
        return tuple(self._observers)

    def has_observers(self) -> bool:
        return bool(self._observers)

    def has_called(self) -> bool:
        return self._is_done

    def has_succeeded(self) -> bool:
        return self._is_done and not isinstance(self._outcome, Failure)

    def get_result(self) -> Any:
        """The result, or its `Failure`; `ValueError` where there is none yet."""
        if not self._is_done:
            raise ValueError(f"{self!r} has no result yet")
        return self._outcome

    def _settle(self, outcome: Any) -> Any:
        self._outcome, self._is_done = outcome, True
        observers, self._observers = self._observers, []
        for observer in observers:
            if not observer.called:
                observer.callback(outcome)
        return None if self._consumes else outcome


class Linearizer:
    """At most `max_count` users of one key at a time, in the order of their coming."""

    def __init__(self, name: str = "", clock: Any = None, max_count: int = 1) -> None:
        self._max_count = max_count
        self._queues: dict[Hashable, tuple[DeferredSemaphore, int]] = {}

    def is_queued(self, key: Hashable) -> bool:
        """Whether a caller waits for the key."""
        entry = self._queues.get(key)
        return entry is not None and entry[1] > self._max_count

    @asynccontextmanager
    async def queue(self, key: Hashable) -> AsyncIterator[None]:
        semaphore = self._count(key, 1)
        try:
            await semaphore.acquire()
            try:
                yield
            finally:
                semaphore.release()
        finally:
            self._count(key, -1)

    def _count(self, key: Hashable, step: int) -> DeferredSemaphore:
        semaphore, users = self._queues.get(key) or (DeferredSemaphore(self._max_count), 0)
        self._queues[key] = (semaphore, users + step)
        if users + step == 0:
            del self._queues[key]
        return semaphore


async def concurrently_execute(
    func: Callable[[Any], Any], args: Iterable[Any], limit: int, delay_cancellation: bool = False
) -> None:
    """Calls `func` with each of `args`, at most `limit` at a time."""
    remaining = iter(args)

    async def work() -> None:
        for value in remaining:
            await call(func, value)

    await gather_results(tuple(call(work) for _ in range(limit)))


async def yieldable_gather_results(
    func: Callable[..., Awaitable[Any]], iter: Iterable[Any], *args: Any, **kwargs: Any
) -> list[Any]:
    """Calls `func` with each of `iter` at once; all results, in order."""
    return list(await gather_results(tuple(call(func, value, *args, **kwargs) for value in iter)))


def gather_results(deferredList: Iterable[Deferred[Any]], consumeErrors: bool = True) -> Deferred[tuple[Any, ...]]:
    """All results, or the first failure itself."""
    gathered = gatherResults(list(deferredList), consumeErrors=consumeErrors)
    return gathered.addCallbacks(tuple, lambda failure: getattr(failure.value, "subFailure", failure))


def timeout_deferred(
    deferred: Deferred[Any],
    timeout: timedelta | float,
    reactor: Any = None,
    *,
    clock: Any = None,
    cancel_on_shutdown: bool = True,
) -> Deferred[Any]:
    """The same result, or Twisted's `TimeoutError` after `timeout` seconds.

    Synapse takes a `clock` by keyword since 1.141, and took a `reactor` before: either is taken, at third place too.
    """
    timekeeper = reactor if clock is None else clock
    if timekeeper is None:
        raise TypeError("timeout_deferred() needs a clock or a reactor")
    settled: Deferred[Any] = Deferred(lambda _: deferred.cancel())

    def give_up() -> None:
        if not settled.called:
            settled.errback(TwistedTimeoutError(f"No result within {timeout} s"))
        deferred.cancel()

    timer = call_later(timekeeper, timeout, give_up)

    def settle(outcome: Any) -> None:
        if timer.active():
            timer.cancel()
        if not settled.called:
            settled.callback(outcome)

    deferred.addBoth(settle)
    return settled


def stop_cancellation(deferred: Deferred[Any]) -> Deferred[Any]:
    """The same result; cancelling it leaves `deferred` alone."""
    settled: Deferred[Any] = Deferred()
    deferred.addBoth(lambda outcome: None if settled.called else settled.callback(outcome))
    return settled


def delay_cancellation(awaitable: Awaitable[Any]) -> Deferred[Any]:
    """The same result; a cancellation is told once there is one."""
    source = start(awaitable)
    is_cancelled = False

    def remember(_: Deferred[Any]) -> None:
        nonlocal is_cancelled
        is_cancelled = True
        settled.pause()
        settled.errback(CancelledError())

    settled: Deferred[Any] = Deferred(remember)
    source.addBoth(lambda outcome: settled.unpause() if is_cancelled else settled.callback(outcome))
    return settled
