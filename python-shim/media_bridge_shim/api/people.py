"""Who is asking, and what is known of a user."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, TypedDict

import attr

from .ids import UserID
from .json_types import StrCollection


@attr.s(slots=True, frozen=True, auto_attribs=True)
class Requester:
    """The user behind a request. `authenticated_entity` is who held the token: an administrator may act as a user."""

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
"""Answered by a presence router: everybody's presence."""


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
        """The one of a user of whom nothing is known."""
        return cls(user_id, "offline", 0, 0, 0, None, False)
