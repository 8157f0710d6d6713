"""The caches of `synapse.util.caches` that modules make themselves. Nothing is measured, no cache factor applied."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

MISSING: Any = object()


class LruCache:
    """The `max_size` entries that were used last."""

    def __init__(
        self,
        *,
        max_size: int,
        clock: Any = None,
        server_name: str = "",
        cache_name: str | None = None,
        cache_type: type[Any] = dict,
        size_callback: Callable[[Any], int] | None = None,
        metrics_collection_callback: Callable[[], None] | None = None,
        apply_cache_factor_from_config: bool = True,
        prune_unread_entries: bool = True,
        extra_index_cb: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        self.max_size = max_size
        self.cache: OrderedDict[Any, Any] = OrderedDict()
        self._size_of = size_callback or (lambda _value: 1)
        self._size = 0

    def get(self, key: Any, default: Any = None, callbacks: Any = (), update_metrics: bool = True) -> Any:
        if key not in self.cache:
            return default
        self.cache.move_to_end(key)
        return self.cache[key]

    def set(self, key: Any, value: Any, callbacks: Any = ()) -> None:
        self.pop(key)
        self.cache[key] = value
        self._size += self._size_of(value)
        while self._size > self.max_size and self.cache:
            self._size -= self._size_of(self.cache.popitem(last=False)[1])

    def setdefault(self, key: Any, value: Any) -> Any:
        found = self.get(key, MISSING)
        if found is not MISSING:
            return found
        self.set(key, value)
        return value

    def pop(self, key: Any, default: Any = None) -> Any:
        if key not in self.cache:
            return default
        value = self.cache.pop(key)
        self._size -= self._size_of(value)
        return value

    def invalidate(self, key: Any) -> None:
        self.pop(key)

    def clear(self) -> None:
        self.cache.clear()
        self._size = 0

    def contains(self, key: Any) -> bool:
        return key in self.cache

    def len(self) -> int:
        return self._size

    def set_cache_factor(self, factor: float) -> bool:
        """Changes nothing: there is no cache factor here."""
        return False

    def __getitem__(self, key: Any) -> Any:
        value = self.get(key, MISSING)
        if value is MISSING:
            raise KeyError(key)
        return value

    __setitem__ = set
    __contains__ = contains

    def __delitem__(self, key: Any) -> None:
        if self.pop(key, MISSING) is MISSING:
            raise KeyError(key)

    def __len__(self) -> int:
        return self._size


class ExpiringCache:
    """Keeps entries for `expiry_ms`, also after a read with `reset_expiry_on_get`; at most `max_len`. 0: no bound."""

    def __init__(
        self,
        *,
        cache_name: str,
        server_name: str = "",
        hs: Any = None,
        clock: Any,
        max_len: int = 0,
        expiry_ms: int = 0,
        reset_expiry_on_get: bool = False,
        iterable: bool = False,
        size_callback: Callable[[Any], int] | None = None,
    ) -> None:
        self._clock = clock
        self._max_len = max_len
        self._expiry_ms = expiry_ms
        self._is_renewed_by_get = reset_expiry_on_get
        self._entries: OrderedDict[Any, tuple[int, Any]] = OrderedDict()

    def __setitem__(self, key: Any, value: Any) -> None:
        self._entries[key] = (self._clock.time_msec(), value)
        self._entries.move_to_end(key)
        self.evict()

    def __getitem__(self, key: Any) -> Any:
        self.evict()
        since, value = self._entries[key]
        if self._is_renewed_by_get:
            self._entries[key] = (self._clock.time_msec(), value)
            self._entries.move_to_end(key)
        return value

    def __contains__(self, key: Any) -> bool:
        self.evict()
        return key in self._entries

    def __len__(self) -> int:
        self.evict()
        return len(self._entries)

    def evict(self) -> None:
        """Forgets what is too old, and the oldest of too many."""
        oldest_ms = self._clock.time_msec() - self._expiry_ms
        while self._entries:
            key, (since, _) = next(iter(self._entries.items()))
            is_old = bool(self._expiry_ms) and since < oldest_ms
            if not is_old and not (self._max_len and len(self._entries) > self._max_len):
                return
            del self._entries[key]

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key] if key in self else default

    def pop(self, key: Any, default: Any = MISSING) -> Any:
        """`KeyError` where it is missing and no default is given."""
        if key not in self and default is MISSING:
            raise KeyError(key)
        return self._entries.pop(key, (0, default))[1]

    def setdefault(self, key: Any, value: Any) -> Any:
        if key not in self:
            self[key] = value
        return self[key]

    def set_cache_factor(self, factor: float) -> bool:
        """Changes nothing: there is no cache factor here."""
        return False


class TTLCache:
    """Entries with a time to live of their own, in seconds."""

    def __init__(self, *, cache_name: str, server_name: str = "", timer: Callable[[], float] = time.time) -> None:
        self._timer = timer
        self._entries: dict[Any, tuple[Any, float, float]] = {}

    def set(self, key: Any, value: Any, ttl: float) -> None:
        self.expire()
        self._entries[key] = (value, self._timer() + ttl, ttl)

    def get(self, key: Any, default: Any = MISSING) -> Any:
        """`KeyError` where it is missing and no default is given."""
        self.expire()
        if key not in self._entries and default is not MISSING:
            return default
        return self._entries[key][0]

    def get_with_expiry(self, key: Any) -> tuple[Any, float, float]:
        """The value, the time of its end, and its time to live."""
        self.expire()
        return self._entries[key]

    def pop(self, key: Any, default: Any = MISSING) -> Any:
        """`KeyError` where it is missing and no default is given."""
        self.expire()
        if key not in self._entries and default is not MISSING:
            return default
        return self._entries.pop(key)[0]

    def expire(self) -> None:
        """Forgets what is over."""
        now = self._timer()
        for key in [key for key, (_, end, _) in self._entries.items() if end < now]:
            del self._entries[key]

    def __getitem__(self, key: Any) -> Any:
        return self.get(key)

    def __delitem__(self, key: Any) -> None:
        self.pop(key)

    def __contains__(self, key: Any) -> bool:
        self.expire()
        return key in self._entries

    def __len__(self) -> int:
        self.expire()
        return len(self._entries)

    def __iter__(self) -> Iterator[Any]:
        self.expire()
        return iter(list(self._entries))
