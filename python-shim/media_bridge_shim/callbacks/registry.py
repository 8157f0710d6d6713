"""The slots: every registration of a callback that is fired, in order, and the names of those that never are."""

from __future__ import annotations

import functools
import inspect
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..answers.wire_text import MAX_NAME_BYTES, clean_text, type_name
from .kinds import KINDS, Kind
from .signatures import find_misfit, requires_two


class RegistrationError(Exception):
    """A module registered what cannot be called."""


@dataclass(frozen=True)
class Entry:
    """One slot. `nth` counts this module's registrations of this kind; `wants_size` is for the limits' kind alone."""

    slot: int
    kind: Kind
    nth: int
    module: int
    module_path: str
    callback: Callable[..., Any]
    name: str
    file: str | None
    line: int | None
    wants_size: bool
    misfit: str | None
    """Why it cannot be called as it is going to be, in words."""

    def to_wire(self) -> dict[str, Any]:
        return {
            "slot": self.slot,
            "kind": self.kind.name,
            "nth": self.nth,
            "name": self.name,
            "file": self.file,
            "line": self.line,
            "misfit": self.misfit,
            "wants_size": self.wants_size,
        }


@dataclass
class Registered:
    """What one module registered and the host has not been told yet."""

    entries: list[Entry] = field(default_factory=list)
    unfired: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    """Paths of web resources."""

    def to_wire(self) -> dict[str, Any]:
        entries = [entry.to_wire() for entry in self.entries]
        return {"entries": entries, "unfired": self.unfired, "resources": self.resources}


# The value that is not a callable but a dict of them.
_TABLES = frozenset(("auth_checkers",))


class Registry:
    """Thread-safe: modules register from wherever they like. `on_late` gets the index of a late one."""

    def __init__(self, module_paths: Mapping[int, str], on_late: Callable[[int], None]) -> None:
        self.entries: list[Entry] = []
        self._module_paths = module_paths
        self._on_late = on_late
        self._news: dict[int, Registered] = {}
        self._constructed: set[int] = set()
        self._names: dict[int, set[str]] = {}
        # How often a module registered a kind, by (index, kind's name).
        self._counts: Counter[tuple[int, str]] = Counter()
        self._lock = threading.Lock()

    def register(self, module_index: int, group: str, callbacks: Mapping[str, Any]) -> None:
        """Appends to the chain. None is skipped; raises `RegistrationError` for what cannot be called."""
        given = {name: callback for name, callback in callbacks.items() if callback is not None}
        for name, callback in given.items():
            if not callable(callback) and name not in _TABLES:
                raise RegistrationError(
                    f"{self._module_paths[module_index]} registered a {type(callback).__name__} as {name}, "
                    "which cannot be called"
                )
        with self._lock:
            news = self._news.setdefault(module_index, Registered())
            self._names.setdefault(module_index, set()).update(given)
            for name, callback in given.items():
                kind = KINDS.get(name)
                if kind is not None and kind.group == group:
                    news.entries.append(self._add(module_index, kind, callback))
                elif name not in news.unfired:
                    news.unfired.append(name)
            is_late = module_index in self._constructed
        if is_late and given:
            self._on_late(module_index)

    def add_resource(self, module_index: int, path: str) -> None:
        """A module has a web resource at `path`: the host is to be told."""
        with self._lock:
            self._news.setdefault(module_index, Registered()).resources.append(path)
            is_late = module_index in self._constructed
        if is_late:
            self._on_late(module_index)

    def names_of(self, module_index: int) -> frozenset[str]:
        """The callbacks that the module has registered so far, by name, fired or not."""
        with self._lock:
            return frozenset(self._names.get(module_index, ()))

    def take_news(self, module_index: int, constructed: bool = False) -> Registered:
        """What the module registered since the last time. From `constructed` on, its registrations count as late."""
        with self._lock:
            if constructed:
                self._constructed.add(module_index)
            return self._news.pop(module_index, None) or Registered()

    def _add(self, module_index: int, kind: Kind, callback: Callable[..., Any]) -> Entry:
        file, line = _place_of(callback)
        nth = self._counts[module_index, kind.name]
        self._counts[module_index, kind.name] += 1
        wants_size = kind.may_omit_size and requires_two(callback)
        given = kind.arity - 1 if kind.may_omit_size and not wants_size else kind.arity
        entry = Entry(
            slot=len(self.entries),
            kind=kind,
            nth=nth,
            module=module_index,
            module_path=self._module_paths[module_index],
            callback=callback,
            name=_name_of(callback),
            file=file,
            line=line,
            wants_size=wants_size,
            misfit=find_misfit(callback, given),
        )
        self.entries.append(entry)
        return entry


def function_of(callback: Any) -> Any:
    """The function behind partials, methods, decorators and callable objects."""
    while isinstance(callback, functools.partial):
        callback = callback.func
    if not inspect.isroutine(callback) and not inspect.isclass(callback):
        callback = type(callback).__call__
    return inspect.unwrap(getattr(callback, "__func__", callback))


def _place_of(callback: Any) -> tuple[str | None, int | None]:
    try:
        code = function_of(callback).__code__
        return code.co_filename, code.co_firstlineno
    except Exception:
        return None, None


def _name_of(callback: Any) -> str:
    try:
        name = getattr(callback, "__qualname__", None) or function_of(callback).__qualname__
        return clean_text(str(name), MAX_NAME_BYTES)
    except Exception:
        return type_name(callback)
