"""Types of callbacks, for annotations, and small values that callbacks answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Literal, TypedDict

from .json_types import JsonDict

Callback = Callable[..., Awaitable[Any]]

NOT_SPAM: Literal["NOT_SPAM"] = "NOT_SPAM"
"""What a spam checker answers for what it lets pass; known by identity."""


class RegistrationBehaviour(Enum):
    """What a spam checker wants done with a registration."""

    ALLOW = "allow"
    SHADOW_BAN = "shadow_ban"
    DENY = "deny"


class LoginResponse(TypedDict, total=False):
    """What a client is told after a login."""

    user_id: str
    access_token: str | None
    home_server: str
    expires_in_ms: int | None
    refresh_token: str | None
    device_id: str | None
    well_known: JsonDict | None
