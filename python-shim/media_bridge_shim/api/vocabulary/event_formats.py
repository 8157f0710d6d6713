"""Events as data: what modules do with the dict of one."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import attr

# Of the federation's format, of no use to clients.
_FEDERATION_KEYS = ("auth_events", "prev_events", "hashes", "signatures", "depth", "origin", "prev_state")
# What the first version of the client's format shows beside the event's own keys.
_LIFTED_KEYS = (
    "age",
    "redacted_because",
    "replaces_state",
    "prev_content",
    "invite_room_state",
    "knock_room_state",
)

Event = MutableMapping[str, Any]


@attr.s(slots=True, frozen=True, auto_attribs=True)
class StrippedStateEvent:
    """A state event as an invited user may see it."""

    type: str
    state_key: str
    sender: str
    content: dict[str, Any]


@attr.s(slots=True, frozen=True, auto_attribs=True)
class EventMetadata:
    """What is known of an event without its content."""

    room_id: str
    event_type: str
    state_key: str | None
    rejection_reason: str | None


def format_event_raw(d: Event) -> Event:
    """The same dict, untouched."""
    return d


def format_event_for_client_v1(d: Event) -> Event:
    """The same dict in the first version of the client's format: parts of `unsigned` are beside its own keys."""
    format_event_for_client_v2(d)
    if d.get("sender") is not None:
        d["user_id"] = d["sender"]
    unsigned = d["unsigned"]
    d.update({key: unsigned[key] for key in _LIFTED_KEYS if key in unsigned})
    return d


def format_event_for_client_v2(d: Event) -> Event:
    """The same dict without the keys that only servers need."""
    for key in _FEDERATION_KEYS:
        d.pop(key, None)
    return d


def format_event_for_client_v2_without_room_id(d: Event) -> Event:
    """As `format_event_for_client_v2`, and without the room."""
    format_event_for_client_v2(d)
    d.pop("room_id", None)
    return d
