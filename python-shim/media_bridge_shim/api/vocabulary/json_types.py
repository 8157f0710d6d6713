"""Names for annotations: JSON and collections of text."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Set
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")

JsonDict = dict[str, Any]
JsonMapping = Mapping[str, Any]
JsonSerializable = object
StateKey = tuple[str, str]
StateMap = Mapping[StateKey, T]
MutableStateMap = MutableMapping[StateKey, T]
StrSequence = tuple[str, ...] | list[str]
StrCollection = tuple[str, ...] | list[str] | Set[str]


class AbsentType(Enum):
    """The type of `Absent`."""

    _Absent = object()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "Absent"


Absent = AbsentType._Absent
"""Says that an argument was not given, where None is a value."""
