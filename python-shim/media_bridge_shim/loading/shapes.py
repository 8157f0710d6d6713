"""The shape of a configuration: types, names of keys, numbers. Its texts stay here: any of them may be a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..answers.wire_text import MAX_NAME_BYTES, clean_text, type_name

MAX_DEPTH = 16
MAX_MEMBERS = 2000
_MAX_NUMBER_LENGTH = 40

Shape = dict[str, Any]


def shape_of(value: Any) -> Shape:
    """`{is: …}`, nested as the value is; what is too deep or too much is `other`. Never raises."""
    return _Reader().read(value, 0)


class _Reader:
    def __init__(self) -> None:
        self._left = MAX_MEMBERS

    def read(self, value: Any, depth: int) -> Shape:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            return {"is": "other", "name": type_name(value)}
        if value is None:
            return {"is": "none"}
        if isinstance(value, bool):
            return {"is": "bool", "value": str(value).lower()}
        if type(value) in (int, float):
            return {"is": type(value).__name__, "value": _number_text(value)}
        if isinstance(value, str):
            return {"is": "str"}
        if isinstance(value, Mapping):
            return {"is": "map", "members": self._members(_items_of(value), depth)}
        if isinstance(value, (list, tuple, set, frozenset)):
            return {"is": "list", "items": [self.read(item, depth + 1) for item in list(value)[: max(self._left, 0)]]}
        members = _attributes_of(value)
        if members is not None:
            return {"is": "object", "name": type_name(value), "members": self._members(members, depth)}
        return {"is": "other", "name": type_name(value)}

    def _members(self, items: Iterable[tuple[str, Any]], depth: int) -> list[list[Any]]:
        members = []
        for name, value in items:
            if self._left <= 0:
                break
            members.append([clean_text(name, MAX_NAME_BYTES), self.read(value, depth + 1)])
        return members


def _items_of(mapping: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    try:
        return [(str(key), value) for key, value in mapping.items()]
    except Exception:
        return []


def _attributes_of(value: Any) -> list[tuple[str, Any]] | None:
    """The fields of an attrs class or a dataclass, otherwise what an instance of a module's own class has."""
    fields = getattr(type(value), "__attrs_attrs__", None)
    names = [field.name for field in fields] if fields else list(getattr(type(value), "__dataclass_fields__", ()))
    try:
        if not names:
            if type(value).__module__ == "builtins" or not hasattr(value, "__dict__") or callable(value):
                return None
            names = list(vars(value))
        return [(str(name), getattr(value, name)) for name in names if not str(name).startswith("_")]
    except Exception:
        return None


def _number_text(value: Any) -> str | None:
    try:
        text = repr(value)
    except ValueError:
        # An integer of more digits than Python turns into text.
        return None
    return text if len(text) <= _MAX_NUMBER_LENGTH else None
