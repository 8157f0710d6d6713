"""Immutable copies of JSON values and back, of `synapse.util.frozenutils`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def freeze(o: Any) -> Any:
    """An immutable copy: mappings, lists and sets all the way down."""
    if isinstance(o, Mapping):
        from immutabledict import immutabledict

        return immutabledict({key: freeze(value) for key, value in o.items()})
    if isinstance(o, (list, tuple)):
        return tuple(freeze(value) for value in o)
    return frozenset(o) if isinstance(o, set) else o


def unfreeze(o: Any) -> Any:
    """A mutable copy: dicts and lists all the way down."""
    if isinstance(o, Mapping):
        return {key: unfreeze(value) for key, value in o.items()}
    if isinstance(o, (list, tuple)):
        return [unfreeze(value) for value in o]
    return set(o) if isinstance(o, frozenset) else o
