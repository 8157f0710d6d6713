"""Types of `synapse.types` that only a homeserver makes: values where a module can make them, names otherwise."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

import attr

from .errors import SynapseError
from .unsupported import make_class

GUEST_USER_ID_PATTERN = re.compile(r"^\d+$")
ROOM_ID_PATTERN_DOMAINLESS = re.compile(r"^[A-Za-z0-9\-_]{43}$")
UPPER_CASE_PATTERN = re.compile(rb"[A-Z_]")
NON_MXID_CHARACTER_PATTERN = re.compile(rb"[^a-z0-9_\-./=+]")

SimpleJsonValue = str | int | bool | None
JsonValue = list[SimpleJsonValue] | tuple[SimpleJsonValue, ...] | SimpleJsonValue

ISynapseReactor = make_class("synapse.types.ISynapseReactor")
ISynapseThreadlessReactor = make_class("synapse.types.ISynapseThreadlessReactor")
AbstractMultiWriterStreamToken = make_class("synapse.types.AbstractMultiWriterStreamToken")
EventOrderings = make_class("synapse.types.EventOrderings")
MultiWriterStreamToken = make_class("synapse.types.MultiWriterStreamToken")
PersistedEventPosition = make_class("synapse.types.PersistedEventPosition")
PersistedPosition = make_class("synapse.types.PersistedPosition")
RoomStreamToken = make_class("synapse.types.RoomStreamToken")
SlidingSyncStreamToken = make_class("synapse.types.SlidingSyncStreamToken")
StreamToken = make_class("synapse.types.StreamToken")
ThreadSubscriptionsToken = make_class("synapse.types.ThreadSubscriptionsToken")


class StreamKeyType(Enum):
    """The streams of a sync token."""

    ROOM = "room_key"
    PRESENCE = "presence_key"
    TYPING = "typing_key"
    RECEIPT = "receipt_key"
    ACCOUNT_DATA = "account_data_key"
    PUSH_RULES = "push_rules_key"
    TO_DEVICE = "to_device_key"
    DEVICE_LIST = "device_list_key"
    UN_PARTIAL_STATED_ROOMS = "un_partial_stated_rooms_key"
    THREAD_SUBSCRIPTIONS = "thread_subscriptions_key"
    STICKY_EVENTS = "sticky_events_key"
    QUARANTINED_MEDIA = "quarantined_media_key"
    PROFILE_UPDATES = "profile_updates_key"


class TaskStatus(str, Enum):
    """How far a scheduled task is."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


@attr.s(auto_attribs=True, frozen=True, slots=True)
class ScheduledTask:
    """Work that a homeserver does later."""

    id: str
    action: str
    status: TaskStatus
    timestamp: int
    resource_id: str | None
    params: Any
    result: Any
    error: str | None


@attr.s(frozen=True, slots=True, auto_attribs=True)
class ThirdPartyInstanceID:
    """A network of an application service, as text `<appservice>|<network>`; both None: our own."""

    appservice_id: str | None
    network_id: str | None

    @classmethod
    def from_string(cls, s: str) -> ThirdPartyInstanceID:
        parts = s.split("|")
        if len(parts) != 2:
            raise SynapseError(400, f"Invalid ID {s!r}")
        return cls(parts[0], parts[1])

    def to_string(self) -> str:
        return f"{self.appservice_id}|{self.network_id}"

    __str__ = to_string


@attr.s(slots=True, frozen=True, auto_attribs=True)
class ReadReceipt:
    """How far a user has read."""

    room_id: str
    receipt_type: str
    user_id: str
    event_ids: list[str]
    thread_id: str | None
    data: Any


@attr.s(slots=True, frozen=True, auto_attribs=True)
class DeviceListUpdates:
    """Whose devices changed, and who shares no room any more."""

    changed: set[str] = attr.Factory(set)
    left: set[str] = attr.Factory(set)

    def __bool__(self) -> bool:
        return bool(self.changed or self.left)


@attr.s(frozen=True, slots=True, auto_attribs=True)
class RetentionPolicy:
    """How long messages stay, in milliseconds."""

    min_lifetime: int | None = None
    max_lifetime: int | None = None
