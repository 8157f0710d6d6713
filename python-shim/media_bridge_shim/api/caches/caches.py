"""`@cached()`: remembers what an asynchronous method answered, per instance and arguments."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ..asynchronous.awaitables import call

Key = tuple[Any, ...]


def cached(
    *,
    max_entries: int = 1000,
    num_args: int | None = None,
    uncached_args: Collection[str] | None = None,
    name: str | None = None,
    **_tuning: Any,
) -> Callable[[Callable[..., Any]], CachedDescriptor]:
    """A decorator for methods and functions. Answers are kept, failures are not; calls that overlap share one run.

    The first `num_args` arguments make the key, or all but `uncached_args`.
    """

    def decorate(function: Callable[..., Any]) -> CachedDescriptor:
        return CachedDescriptor(function, max_entries, num_args, uncached_args, name)

    return decorate


class CachedFunction:
    """The cached function itself, of one instance. Returns Deferreds."""

    def __init__(self, descriptor: CachedDescriptor, bound: Callable[..., Any]) -> None:
        self.name = descriptor.name
        self.__name__ = descriptor.name
        self.__doc__ = descriptor.function.__doc__
        self.cache: OrderedDict[Key, Shared] = OrderedDict()
        self._max_entries = descriptor.max_entries
        self._bound = bound
        self._signature = inspect.signature(bound)
        skipped = set(descriptor.uncached_args or ())
        names = [parameter for parameter in self._signature.parameters if parameter not in skipped]
        self._key_names = names[: descriptor.num_args]
        self.num_args = len(self._key_names)

    def __call__(self, *args: Any, **kwargs: Any) -> Deferred[Any]:
        arguments = self._signature.bind(*args, **kwargs)
        arguments.apply_defaults()
        key = tuple(arguments.arguments[name] for name in self._key_names)
        entry = self.cache.get(key)
        if entry is None:
            entry = self.cache[key] = Shared()
            entry.start(call(self._bound, *args, **kwargs), lambda: self._forget(key, entry))
            while len(self.cache) > self._max_entries:
                self.cache.popitem(last=False)
        else:
            self.cache.move_to_end(key)
        return entry.observe()

    def invalidate(self, key: Key) -> None:
        """Forgets the answer for these arguments."""
        self.cache.pop(key, None)

    invalidate_local = invalidate

    def invalidate_all(self) -> None:
        """Forgets all answers."""
        self.cache.clear()

    def prefill(self, key: Key, value: Any) -> None:
        """Sets the answer for these arguments."""
        self.cache[key] = Shared(value)

    def _forget(self, key: Key, entry: Shared) -> None:
        if self.cache.get(key) is entry:
            del self.cache[key]


class CachedDescriptor:
    """What `@cached()` leaves in the class: one `CachedFunction` an instance. A plain function is its own instance."""

    def __init__(
        self,
        function: Callable[..., Any],
        max_entries: int,
        num_args: int | None,
        uncached_args: Collection[str] | None,
        name: str | None,
    ) -> None:
        self.function = function
        self.max_entries = max_entries
        self.num_args = num_args
        self.uncached_args = uncached_args
        self.name = name or function.__name__
        self._alone: CachedFunction | None = None

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        if instance is None:
            return self
        found = instance.__dict__.get(self._slot)
        if found is None:
            found = CachedFunction(self, self.function.__get__(instance, owner))
            instance.__dict__[self._slot] = found
        return found

    @property
    def _slot(self) -> str:
        return f"_cached_{self.name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Deferred[Any]:
        return self._function()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._function(), name)

    def _function(self) -> CachedFunction:
        if self._alone is None:
            self._alone = CachedFunction(self, self.function)
        return self._alone


class Shared:
    """One answer, there or on its way, for any number of observers."""

    __slots__ = ("_is_settled", "_observers", "_outcome")

    def __init__(self, value: Any = None) -> None:
        self._outcome = value
        self._is_settled = True
        self._observers: list[Deferred[Any]] = []

    def start(self, source: Deferred[Any], on_failure: Callable[[], None]) -> None:
        self._is_settled = False
        source.addBoth(self._settle, on_failure)

    def observe(self) -> Deferred[Any]:
        observer: Deferred[Any] = Deferred()
        if self._is_settled:
            observer.callback(self._outcome)
        else:
            self._observers.append(observer)
        return observer

    def _settle(self, outcome: Any, on_failure: Callable[[], None]) -> None:
        self._outcome = outcome
        self._is_settled = True
        if isinstance(outcome, Failure):
            on_failure()
        observers, self._observers = self._observers, []
        for observer in observers:
            if not observer.called:
                observer.callback(outcome)
