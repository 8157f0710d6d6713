"""Matrix identifiers: users, rooms, aliases, events."""

from __future__ import annotations

import re
import string
from typing import Any, ClassVar, TypeVar

import attr

from .codes import Codes
from .errors import SynapseError

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
            message = f"{s!r} is no {cls.__name__}: the first character must be {cls.SIGIL}"
            raise SynapseError(400, message, Codes.INVALID_PARAM)
        localpart, colon, domain = s[1:].partition(":")
        if not colon:
            message = f"{s!r} is no {cls.__name__}: there is no colon with a domain"
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
            message = f"{s!r} is no RoomID: neither a domain nor 43 characters of base64"
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
    """What stands after the first colon; `SynapseError` (400) without one."""
    return split_id(string)[1]


def get_localpart_from_id(string: str) -> str:
    """What stands between the sigil and the first colon; `SynapseError` (400) without a colon."""
    return split_id(string)[0][1:]


def split_id(value: str) -> tuple[str, str]:
    head, colon, domain = value.partition(":")
    if not colon:
        raise SynapseError(400, f"{value!r} is no Matrix identifier: there is no colon")
    return head, domain


def contains_invalid_mxid_characters(localpart: str) -> bool:
    """Whether a new user may not be called so."""
    return not MXID_LOCALPART_ALLOWED_CHARACTERS.issuperset(localpart)


def is_compliant_user_id_localpart(localpart: str) -> bool:
    """Whether a localpart is non-empty and has only characters that new users may have."""
    return bool(localpart) and not contains_invalid_mxid_characters(localpart)


def map_username_to_mxid_localpart(username: str | bytes, case_sensitive: bool = False) -> str:
    """A localpart for any name: `=xx` for each byte that may not stand there, `_` before capitals or lower case."""
    name = username if isinstance(username, bytes) else username.encode("utf-8")
    text = name.decode("latin-1")
    if case_sensitive:
        text = re.sub(r"[A-Z_]", lambda match: "_" + match.group(0).lower(), text)
    else:
        text = "".join(char.lower() if char in string.ascii_uppercase else char for char in text)
    allowed = MXID_LOCALPART_ALLOWED_CHARACTERS - {"="}
    mapped = "".join(char if char in allowed else f"={ord(char):02x}" for char in text)
    return re.sub(r"^_", "=5f", mapped)
