"""The types of `synapse.types`, and those that `synapse.module_api` hands out beside them."""

from __future__ import annotations

import re
import string
from collections.abc import Set
from enum import Enum
from typing import Any, ClassVar, TypedDict, TypeVar

import attr

from ..absent.unsupported import make_class
from .codes import Codes
from .errors import SynapseError
from .json_types import StrCollection

# Matrix identifiers: users, rooms, aliases, events.
T = TypeVar("T", bound="DomainSpecificString")

MXID_LOCALPART_ALLOWED_CHARACTERS = set("_-./=+" + string.ascii_lowercase + string.digits)
MAX_USERID_LENGTH = 255
DOMAINLESS_ROOM_ID = re.compile(r"[A-Za-z0-9_-]{43}")


@attr.s(slots=True, frozen=True, repr=False, auto_attribs=True)
class DomainSpecificString:
    """`<sigil>localpart:domain`; compared and hashed by its two parts."""

    SIGIL: ClassVar[str] = ""

    localpart: str
    domain: str

    @classmethod
    def from_string(cls: type[T], s: str) -> T:
        """Parses; `SynapseError` (400 `M_INVALID_PARAM`) where it has another form."""
        if not s.startswith(cls.SIGIL):
            message = f"{s!r} is not a valid {cls.__name__}: the first character must be {cls.SIGIL}"
            raise SynapseError(400, message, Codes.INVALID_PARAM)
        localpart, colon, domain = s[1:].partition(":")
        if not colon:
            message = f"{s!r} is not a valid {cls.__name__}: there is no colon with a domain"
            raise SynapseError(400, message, Codes.INVALID_PARAM)
        return cls(localpart, domain)

    @classmethod
    def is_valid(cls, s: str) -> bool:
        """Whether it can be parsed and names a domain."""
        try:
            return bool(cls.from_string(s).domain)
        except Exception:
            return False

    def to_string(self) -> str:
        return f"{self.SIGIL}{self.localpart}:{self.domain}"

    def __str__(self) -> str:
        return self.to_string()

    def __repr__(self) -> str:
        return self.to_string()

    def __copy__(self: T) -> T:
        return self

    def __deepcopy__(self: T, memo: dict[int, Any]) -> T:
        return self


class UserID(DomainSpecificString):
    """`@localpart:domain`."""

    __slots__ = ()
    SIGIL = "@"

    @classmethod
    def is_valid_strict(cls, s: str) -> bool:
        """As `is_valid`, and today's rules for new localparts hold."""
        return cls.is_valid(s) and is_compliant_user_id_localpart(cls.from_string(s).localpart)


class RoomAlias(DomainSpecificString):
    """`#localpart:domain`."""

    __slots__ = ()
    SIGIL = "#"


class EventID(DomainSpecificString):
    """`$localpart:domain`, as in the first room versions."""

    __slots__ = ()
    SIGIL = "$"


class RoomIdWithDomain(DomainSpecificString):
    """`!localpart:domain`, as in all room versions before 12."""

    __slots__ = ()
    SIGIL = "!"


@attr.s(slots=True, frozen=True, repr=False, auto_attribs=True)
class RoomID:
    """The id of a room, with or without a domain."""

    SIGIL: ClassVar[str] = "!"

    id: str
    room_id_with_domain: RoomIdWithDomain | None

    @classmethod
    def from_string(cls, s: str) -> RoomID:
        """Parses; `SynapseError` (400 `M_INVALID_PARAM`) where it has another form."""
        if ":" in s or not s.startswith(cls.SIGIL):
            return cls(s, RoomIdWithDomain.from_string(s))
        if not DOMAINLESS_ROOM_ID.fullmatch(s[1:]):
            message = f"{s!r} is not a valid RoomID: neither a domain nor 43 characters of base64"
            raise SynapseError(400, message, Codes.INVALID_PARAM)
        return cls(s, None)

    @classmethod
    def is_valid(cls, s: str) -> bool:
        if ":" in s:
            return RoomIdWithDomain.is_valid(s)
        return s.startswith(cls.SIGIL) and DOMAINLESS_ROOM_ID.fullmatch(s[1:]) is not None

    def get_domain(self) -> str | None:
        return self.room_id_with_domain.domain if self.room_id_with_domain else None

    def to_string(self) -> str:
        return self.id

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return self.id


def get_domain_from_id(string: str) -> str:
    """What follows the first colon; `SynapseError` (400) without one."""
    return split_id(string)[1]


def get_localpart_from_id(string: str) -> str:
    """What is between the sigil and the first colon; `SynapseError` (400) without a colon."""
    return split_id(string)[0][1:]


def split_id(value: str) -> tuple[str, str]:
    head, colon, domain = value.partition(":")
    if not colon:
        raise SynapseError(400, f"{value!r} is not a Matrix identifier: there is no colon")
    return head, domain


def contains_invalid_mxid_characters(localpart: str) -> bool:
    """Whether a new user may not be called so."""
    return not MXID_LOCALPART_ALLOWED_CHARACTERS.issuperset(localpart)


def is_compliant_user_id_localpart(localpart: str) -> bool:
    """Whether a localpart is non-empty and has only characters that new users may have."""
    return bool(localpart) and not contains_invalid_mxid_characters(localpart)


def map_username_to_mxid_localpart(username: str | bytes, case_sensitive: bool = False) -> str:
    """A localpart for any name: `=xx` for each byte that is not allowed there, `_` before capitals or lower case."""
    name = username if isinstance(username, bytes) else username.encode("utf-8")
    text = name.decode("latin-1")
    if case_sensitive:
        text = re.sub(r"[A-Z_]", lambda match: "_" + match.group(0).lower(), text)
    else:
        text = "".join(char.lower() if char in string.ascii_uppercase else char for char in text)
    allowed = MXID_LOCALPART_ALLOWED_CHARACTERS - {"="}
    mapped = "".join(char if char in allowed else f"={ord(char):02x}" for char in text)
    return re.sub(r"^_", "=5f", mapped)


# Who is asking, and what is known of a user.


@attr.s(slots=True, frozen=True, auto_attribs=True)
class Requester:
    """The user who makes a request. `authenticated_entity` is the owner of the token: an administrator may act as a
    user.
    """

    user: UserID
    access_token_id: int | None
    is_guest: bool
    scope: Set[str]
    shadow_banned: bool
    device_id: str | None
    app_service: Any
    authenticated_entity: str

    @property
    def user_id(self) -> str:
        return self.user.to_string()

    @property
    def app_service_id(self) -> str | None:
        return None if self.app_service is None else self.app_service.id


def create_requester(
    user_id: str | UserID,
    access_token_id: int | None = None,
    is_guest: bool = False,
    scope: StrCollection = (),
    shadow_banned: bool = False,
    device_id: str | None = None,
    app_service: Any = None,
    authenticated_entity: str | None = None,
) -> Requester:
    """A `Requester`, for a module that acts as a user."""
    user = user_id if isinstance(user_id, UserID) else UserID.from_string(user_id)
    entity = authenticated_entity or user.to_string()
    return Requester(user, access_token_id, is_guest, set(scope), shadow_banned, device_id, app_service, entity)


class UserProfile(TypedDict):
    """A user's profile, as the user directory knows it."""

    user_id: str
    display_name: str | None
    avatar_url: str | None


@attr.s(slots=True, frozen=True, auto_attribs=True)
class ProfileInfo:
    """A user's avatar (`mxc:`) and display name."""

    avatar_url: str | None
    display_name: str | None


@attr.s(slots=True, frozen=True, auto_attribs=True)
class UserInfo:
    """What the homeserver knows of an account. Times are in seconds of the epoch."""

    user_id: UserID
    appservice_id: int | None
    consent_server_notice_sent: str | None
    consent_version: str | None
    consent_ts: int | None
    user_type: str | None
    creation_ts: int
    is_admin: bool
    is_deactivated: bool
    is_guest: bool
    is_shadow_banned: bool
    approved: bool
    locked: bool
    suspended: bool


@attr.s(slots=True, frozen=True, auto_attribs=True)
class UserIpAndAgent:
    """Where a user was seen, and when (milliseconds of the epoch)."""

    ip: str
    user_agent: str
    last_seen: int


@attr.s(slots=True, frozen=True, auto_attribs=True)
class RatelimitOverride:
    """A rate of requests that replaces the configured one."""

    per_second: float
    burst_count: int


PRESENCE_ALL_USERS = "ALL"
"""Answered by a presence router: the presence of all users."""


@attr.s(slots=True, frozen=True, auto_attribs=True)
class UserPresenceState:
    """A user's presence. Times are in milliseconds of the epoch."""

    user_id: str
    state: str
    last_active_ts: int
    last_federation_update_ts: int
    last_user_sync_ts: int
    status_msg: str | None
    currently_active: bool

    def as_dict(self) -> dict[str, Any]:
        return attr.asdict(self)

    def copy_and_replace(self, **kwargs: Any) -> UserPresenceState:
        return attr.evolve(self, **kwargs)

    @classmethod
    def default(cls, user_id: str) -> UserPresenceState:
        """The presence of a user about whom nothing is known."""
        return cls(user_id, "offline", 0, 0, 0, None, False)


# What only a homeserver makes: values where a module can make them, names otherwise.
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
