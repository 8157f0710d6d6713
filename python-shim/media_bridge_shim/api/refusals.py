"""Errors for one reason each: who asks, how often, for what. The shorter ones that modules raise and catch."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any

from .codes import Codes
from .errors import SynapseError


class NotFoundError(SynapseError):
    """404: there is no such thing."""

    def __init__(self, msg: str = "Not found", errcode: str = Codes.NOT_FOUND) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, msg, errcode)


class StoreError(SynapseError):
    """The database has no such row, or one too many."""


class LoginError(SynapseError):
    """A login was refused."""


class AuthError(SynapseError):
    """The user may not do this."""

    def __init__(
        self,
        code: int,
        msg: str,
        errcode: str = Codes.FORBIDDEN,
        additional_fields: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code, msg, errcode, additional_fields)


class UnstableSpecAuthError(AuthError):
    """An `AuthError` with an unstable errcode; clients are told the former one."""

    def __init__(
        self,
        code: int,
        msg: str,
        errcode: str,
        previous_errcode: str = Codes.FORBIDDEN,
        additional_fields: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code, msg, errcode, additional_fields)
        self.previous_errcode = previous_errcode

    def error_dict(self, config: object = None) -> dict[str, Any]:
        return {**super().error_dict(config), "errcode": self.previous_errcode}


class InvalidClientCredentialsError(SynapseError):
    """401: the token, or whatever stands for it, is no good."""

    def __init__(self, msg: str, errcode: str) -> None:
        super().__init__(HTTPStatus.UNAUTHORIZED, msg, errcode)


class MissingClientTokenError(InvalidClientCredentialsError):
    """401: no token was sent."""

    def __init__(self, msg: str = "Missing access token") -> None:
        super().__init__(msg, Codes.MISSING_TOKEN.value)


class InvalidClientTokenError(InvalidClientCredentialsError):
    """401: nobody has this token (any more)."""

    def __init__(self, msg: str = "Unrecognised access token", soft_logout: bool = False) -> None:
        super().__init__(msg, Codes.UNKNOWN_TOKEN.value)
        self._soft_logout = soft_logout

    def error_dict(self, config: object = None) -> dict[str, Any]:
        return {**super().error_dict(config), "soft_logout": self._soft_logout}


class InvalidProxyCredentialsError(SynapseError):
    """401: the proxy did not accept our credentials."""

    def __init__(self, msg: str, errcode: str = Codes.UNKNOWN) -> None:
        super().__init__(HTTPStatus.UNAUTHORIZED, msg, errcode)


class OAuthInsufficientScopeError(SynapseError):
    """401: the token lacks a scope."""

    def __init__(self, required_scopes: list[str]) -> None:
        scope = " ".join(required_scopes)
        headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
        super().__init__(HTTPStatus.UNAUTHORIZED, "Insufficient scope", Codes.FORBIDDEN, headers=headers)


class LimitExceededError(SynapseError):
    """429: too often. `limiter_name` is for the log alone."""

    def __init__(
        self,
        limiter_name: str,
        code: int = 429,
        retry_after_ms: int | None = None,
        errcode: str = Codes.LIMIT_EXCEEDED,
        pause: float | None = None,
    ) -> None:
        headers = None if retry_after_ms is None else {"Retry-After": str(math.ceil(retry_after_ms / 1000))}
        super().__init__(code, "Too Many Requests", errcode, headers=headers)
        self.retry_after_ms = retry_after_ms
        self.limiter_name = limiter_name
        self.pause = pause

    def error_dict(self, config: object = None) -> dict[str, Any]:
        return {**super().error_dict(config), "retry_after_ms": self.retry_after_ms}

    @property
    def debug_context(self) -> str | None:
        return self.limiter_name


class ResourceLimitError(SynapseError):
    """The server has reached a limit of its administrator."""

    def __init__(
        self,
        code: int,
        msg: str,
        errcode: str = Codes.RESOURCE_LIMIT_EXCEEDED,
        admin_contact: str | None = None,
        limit_type: str | None = None,
    ) -> None:
        super().__init__(code, msg, errcode)
        self.admin_contact = admin_contact
        self.limit_type = limit_type

    def error_dict(self, config: object = None) -> dict[str, Any]:
        further = {"admin_contact": self.admin_contact, "limit_type": self.limit_type}
        return {**super().error_dict(config), **further}


class UserLimitExceededError(SynapseError):
    """A user has reached a limit (MSC4335)."""

    def __init__(self, code: int, msg: str, *, info_uri: str, can_upgrade: bool = False) -> None:
        fields: dict[str, Any] = {"info_uri": info_uri}
        if can_upgrade:
            fields["can_upgrade"] = True
        super().__init__(code, msg, Codes.USER_LIMIT_EXCEEDED, fields)


class UserLockedError(SynapseError):
    """401: the account is locked."""

    def __init__(self) -> None:
        message = "This account is locked"
        super().__init__(HTTPStatus.UNAUTHORIZED, message, Codes.USER_LOCKED, {"soft_logout": True})


class UserDeactivatedError(SynapseError):
    """403: the account is deactivated."""

    def __init__(self, msg: str) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, msg, Codes.USER_DEACTIVATED)


class NotApprovedError(SynapseError):
    """403: an administrator has yet to approve the account."""

    def __init__(self, msg: str, approval_notice_medium: str) -> None:
        fields = {"approval_notice_medium": approval_notice_medium}
        super().__init__(HTTPStatus.FORBIDDEN, msg, Codes.USER_AWAITING_APPROVAL, fields)
