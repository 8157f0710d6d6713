"""Events as modules read them."""

from __future__ import annotations

import copy
from collections.abc import ItemsView, KeysView, Mapping
from types import MappingProxyType
from typing import Any

from ..absent.unsupported import UnsupportedName, describe

# What clients are told at the top level beside the event itself.
_FOR_CLIENTS_ALONE = frozenset(("age", "user_id", "prev_content", "replaces_state", "invite_room_state"))
_NOT_TOLD = "the homeserver does not tell it to clients"


class EventBase:
    """An event, to be read. What only the homeserver knows of it raises an `AttributeError` that says so."""

    __slots__ = ("_content", "_event", "_unsigned")

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = {name: value for name, value in event.items() if name not in _FOR_CLIENTS_ALONE}
        self._content: Mapping[str, Any] = MappingProxyType(self._event.setdefault("content", {}))
        self._unsigned: Mapping[str, Any] = MappingProxyType(self._event.setdefault("unsigned", {}))

    @property
    def event_id(self) -> str:
        return self._event["event_id"]

    @property
    def type(self) -> str:
        return self._event["type"]

    @property
    def sender(self) -> str:
        return self._event["sender"]

    user_id = sender

    @property
    def room_id(self) -> str:
        return self._event["room_id"]

    @property
    def state_key(self) -> str:
        """`AttributeError` where it is not a state event."""
        if "state_key" not in self._event:
            raise AttributeError("state_key")
        return self._event["state_key"]

    @property
    def origin_server_ts(self) -> int:
        """Milliseconds of the epoch."""
        return self._event["origin_server_ts"]

    @property
    def content(self) -> Mapping[str, Any]:
        return self._content

    @property
    def unsigned(self) -> Mapping[str, Any]:
        return self._unsigned

    @property
    def redacts(self) -> str | None:
        """The event that a redaction is about: in the content, since room version 11."""
        return self._event.get("redacts") or self._content.get("redacts")

    @property
    def membership(self) -> str:
        """`KeyError` where it is not a member event."""
        return self._content["membership"]

    @property
    def rejected_reason(self) -> str | None:
        """None: clients see no rejected event."""
        return None

    def is_state(self) -> bool:
        return "state_key" in self._event

    def get_state_key(self) -> str | None:
        """The state key; None where it is not a state event."""
        return self._event.get("state_key")

    def get(self, key: str, default: Any = None) -> Any:
        return self._event.get(key, default)

    def get_dict(self) -> dict[str, Any]:
        """A copy, to be changed at will."""
        return copy.deepcopy(self._event)

    def deep_copy(self) -> EventBase:
        return EventBase(self.get_dict())

    def __deepcopy__(self, memo: dict[int, Any]) -> EventBase:
        return self.deep_copy()

    def keys(self) -> KeysView[str]:
        return self._event.keys()

    def items(self) -> ItemsView[str, Any]:
        return self._event.items()

    def __getitem__(self, key: str) -> Any:
        return self._event[key]

    def __contains__(self, key: object) -> bool:
        return key in self._event

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedName(f"{describe(f'EventBase.{name}')} ({_NOT_TOLD})")

    def __repr__(self) -> str:
        parts = [f"event_id={self.get('event_id')}", f"type={self.get('type')}"]
        if self.is_state():
            parts.append(f"state_key={self.state_key}")
        return f"<EventBase {', '.join(parts)}>"
