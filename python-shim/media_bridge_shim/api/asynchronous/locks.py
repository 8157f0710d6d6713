"""Waiting for one another, from `synapse.util.async_helpers`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from twisted.internet.defer import Deferred

from .async_helpers import ObservableDeferred, delay_cancellation, gather_results
from .awaitables import call, start
from .clock import call_later


class DoneAwaitable:
    """Can be awaited, and is there already."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()
        return self.value


class DeferredEvent:
    """A flag that one may wait for."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._is_set = False
        self._waiting: list[Deferred[None]] = []

    def set(self) -> None:
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for deferred in waiting:
            deferred.callback(None)

    def clear(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    async def wait(self, timeout_seconds: float) -> bool:
        """True once it is set, False after the time."""
        if self._is_set:
            return True
        deferred: Deferred[None] = Deferred()
        self._waiting.append(deferred)
        timer = call_later(self._clock, timeout_seconds, self._give_up, deferred)
        await deferred
        if timer.active():
            timer.cancel()
        return self._is_set

    def _give_up(self, deferred: Deferred[None]) -> None:
        if deferred in self._waiting:
            self._waiting.remove(deferred)
            deferred.callback(None)


class AwakenableSleeper:
    """Sleeps that others may end by name."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._sleepers: dict[str, list[Deferred[None]]] = {}

    def wake(self, name: str) -> None:
        for deferred in self._sleepers.pop(name, []):
            deferred.callback(None)

    async def sleep(self, name: str, delay_ms: int) -> None:
        deferred: Deferred[None] = Deferred()
        self._sleepers.setdefault(name, []).append(deferred)
        timer = call_later(self._clock, delay_ms / 1000, self._end, name, deferred)
        await deferred
        if timer.active():
            timer.cancel()

    def _end(self, name: str, deferred: Deferred[None]) -> None:
        sleepers = self._sleepers.get(name, [])
        if deferred in sleepers:
            sleepers.remove(deferred)
            if not sleepers:
                del self._sleepers[name]
            deferred.callback(None)


class ReadWriteLock:
    """Many readers or one writer of a key, in the order of their coming."""

    def __init__(self) -> None:
        self._readers: dict[str, set[Deferred[None]]] = {}
        self._writer: dict[str, Deferred[None]] = {}

    def read(self, key: str) -> AbstractAsyncContextManager[None]:
        own: Deferred[None] = Deferred()
        before = [self._writer[key]] if key in self._writer else []
        self._readers.setdefault(key, set()).add(own)
        return self._hold(key, own, before)

    def write(self, key: str) -> AbstractAsyncContextManager[None]:
        own: Deferred[None] = Deferred()
        before = [*self._readers.pop(key, ()), *([self._writer[key]] if key in self._writer else [])]
        self._writer[key] = own
        return self._hold(key, own, before)

    @asynccontextmanager
    async def _hold(self, key: str, own: Deferred[None], before: list[Deferred[None]]) -> AsyncIterator[None]:
        try:
            for other in before:
                await observe_deferred(other)
            yield
        finally:
            if self._writer.get(key) is own:
                del self._writer[key]
            readers = self._readers.get(key)
            if readers is not None:
                readers.discard(own)
                if not readers:
                    del self._readers[key]
            own.callback(None)


def observe_deferred(d: Deferred[Any]) -> Deferred[Any]:
    """A Deferred of its own for another caller that waits for `d`; a cancellation does not reach `d`."""
    if d.called and not isinstance(d.result, Deferred) and not d.paused:
        return ObservableDeferred(d).observe()
    observer: Deferred[Any] = Deferred()

    def tell(outcome: Any) -> Any:
        if not observer.called:
            observer.callback(outcome)
        return outcome

    d.addBoth(tell)
    return observer


async def gather_optional_coroutines(*coroutines: Coroutine[Any, Any, Any] | None) -> tuple[Any, ...]:
    """All results, in order; None where None was given."""
    return await gather_results(tuple(start(coroutine) for coroutine in coroutines))


async def yieldable_gather_results_delaying_cancellation(
    func: Callable[..., Awaitable[Any]], iter: Iterable[Any], *args: Any, **kwargs: Any
) -> list[Any]:
    """Calls `func` with each of `iter` at once; all results, in order. A cancellation waits for all of them."""
    waiting = gather_results(tuple(call(func, value, *args, **kwargs) for value in iter))
    return list(await delay_cancellation(waiting))
