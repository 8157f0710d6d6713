"""Answers that several callers share, from `synapse.util.caches`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ..asynchronous.async_helpers import ObservableDeferred
from ..asynchronous.awaitables import call, start


@dataclass
class ResponseCacheContext:
    """What a callback may say about its answer: whether it is to be kept."""

    cache_key: Any
    should_cache: bool = True


class ResponseCache:
    """Callers of one key share a run that is under way. Its answer is kept for `timeout` afterwards, a failure not."""

    def __init__(
        self,
        *,
        clock: Any,
        name: str,
        server_name: str = "",
        timeout: timedelta | None = None,
        enable_logging: bool = True,
        timeout_ms: float = 0,
    ) -> None:
        self._clock = clock
        self._timeout_seconds = timeout_ms / 1000 if timeout is None else timeout.total_seconds()
        self._entries: dict[Any, ObservableDeferred] = {}

    def size(self) -> int:
        return len(self._entries)

    def keys(self) -> Iterable[Any]:
        return self._entries.keys()

    def unset(self, key: Any) -> None:
        """Forgets the answer."""
        self._entries.pop(key, None)

    async def wrap(
        self, key: Any, callback: Callable[..., Awaitable[Any]], *args: Any, cache_context: bool = False, **kwargs: Any
    ) -> Any:
        """The answer of `callback`, or the one of a run that another caller began."""
        entry = self._entries.get(key)
        if entry is None:
            context = ResponseCacheContext(key)
            if cache_context:
                kwargs["cache_context"] = context
            # Entered first: a callback may be done before `call` returns.
            source: Deferred[Any] = Deferred()
            entry = self._entries[key] = ObservableDeferred(source, consumeErrors=True)
            call(callback, *args, **kwargs).addBoth(self._settle, source, context)
        return await entry.observe()

    def _settle(self, outcome: Any, source: Deferred[Any], context: ResponseCacheContext) -> None:
        if self._timeout_seconds and context.should_cache and not isinstance(outcome, Failure):
            self._clock.call_later(self._timeout_seconds, self.unset, context.cache_key)
        else:
            self.unset(context.cache_key)
        source.callback(outcome)


class CachedCall:
    """One call, made by the first caller; all callers that ask during it get its outcome, even a failure."""

    def __init__(self, f: Callable[[], Awaitable[Any]]) -> None:
        self._function = f
        self._run: ObservableDeferred | None = None

    async def get(self) -> Any:
        if self._run is None:
            self._run = ObservableDeferred(call(self._function), consumeErrors=True)
        return await self._run.observe()


class RetryOnExceptionCachedCall:
    """As `CachedCall`; after a failure the next who asks makes the call again."""

    def __init__(self, f: Callable[[], Awaitable[Any]]) -> None:
        self._function = f
        self._call = CachedCall(f)

    async def get(self) -> Any:
        current = self._call
        try:
            return await start(current.get())
        except Exception:
            if self._call is current:
                self._call = CachedCall(self._function)
            raise
