"""Errors of the homeserver that a module may name in an `except`, or raise itself."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from .codes import Codes
from .errors import SynapseError


class ShadowBanError(Exception):
    """A shadow-banned user is to believe that it worked."""


class ModuleFailedException(Exception):
    """A module failed to do what was asked of it."""


class HomeServerNotSetupException(Exception):
    """The homeserver was used too early."""


class InteractiveAuthIncompleteError(Exception):
    """More stages of user-interactive authentication are needed."""

    def __init__(self, session_id: str, result: dict[str, Any]) -> None:
        super().__init__("More stages of authentication are needed")
        self.session_id = session_id
        self.result = result


class FederationError(RuntimeError):
    """Another server sent something wrong."""

    def __init__(self, level: str, code: int, reason: str, affected: str, source: str | None = None) -> None:
        if level not in ("FATAL", "ERROR", "WARN"):
            raise ValueError(f"No such level: {level}")
        super().__init__(f"{level} {code}: {reason}")
        self.level = level
        self.code = code
        self.reason = reason
        self.affected = affected
        self.source = source

    def get_dict(self) -> dict[str, Any]:
        """The error as it travels between servers."""
        names = ("level", "code", "reason", "affected")
        return {**{name: getattr(self, name) for name in names}, "source": self.source or self.affected}


class FederationPullAttemptBackoffError(RuntimeError):
    """Events are not fetched again so soon after a failure."""

    def __init__(self, event_ids: Collection[str], message: str | None, retry_after_ms: int) -> None:
        super().__init__(message or f"Fetching {event_ids} failed not long ago; waiting before the next attempt")
        self.event_ids = event_ids
        self.retry_after_ms = retry_after_ms


class FederationDeniedError(SynapseError):
    """403: the other server is not on the list."""

    def __init__(self, destination: str | None) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, f"This server does not federate with {destination}", Codes.FORBIDDEN)
        self.destination = destination


class InvalidAPICallError(SynapseError):
    """400: the parameters do not make sense."""

    def __init__(self, msg: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, msg, Codes.BAD_JSON)


class UnrecognizedRequestError(SynapseError):
    """No such endpoint."""

    def __init__(self, msg: str = "Unrecognized request", code: int = 400) -> None:
        super().__init__(code, msg, Codes.UNRECOGNIZED)


class InvalidCaptchaError(SynapseError):
    """The captcha was not solved."""

    def __init__(
        self,
        code: int = 400,
        msg: str = "Invalid captcha.",
        error_url: str | None = None,
        errcode: str = Codes.CAPTCHA_INVALID,
    ) -> None:
        super().__init__(code, msg, errcode)
        self.error_url = error_url

    def error_dict(self, config: object = None) -> dict[str, Any]:
        return {**super().error_dict(config), "error_url": self.error_url}


class ConsentNotGivenError(SynapseError):
    """403: the privacy policy has yet to be accepted."""

    def __init__(self, msg: str, consent_uri: str) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, msg, Codes.CONSENT_NOT_GIVEN)
        self._consent_uri = consent_uri

    def error_dict(self, config: object = None) -> dict[str, Any]:
        return {**super().error_dict(config), "consent_uri": self._consent_uri}


class EventSizeError(SynapseError):
    """413: the event is too large."""

    def __init__(self, msg: str, unpersistable: bool) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, msg, Codes.TOO_LARGE)
        self.unpersistable = unpersistable


class RoomKeysVersionError(SynapseError):
    """403: the backup of room keys has another version."""

    def __init__(self, current_version: str) -> None:
        super().__init__(
            HTTPStatus.FORBIDDEN, "The backup of room keys has another version", Codes.WRONG_ROOM_KEYS_VERSION
        )
        self.current_version = current_version

    def error_dict(self, config: object = None) -> dict[str, Any]:
        return {**super().error_dict(config), "current_version": self.current_version}


class UnsupportedRoomVersionError(SynapseError):
    """400: the homeserver does not know this room version."""

    def __init__(self, msg: str = "Homeserver does not support this room version") -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, msg, Codes.UNSUPPORTED_ROOM_VERSION)


class IncompatibleRoomVersionError(SynapseError):
    """400: the server lacks what this room version needs."""

    def __init__(self, room_version: str) -> None:
        message = f"This server cannot take part in rooms of version {room_version}"
        super().__init__(HTTPStatus.BAD_REQUEST, message, Codes.INCOMPATIBLE_ROOM_VERSION)
        self._room_version = room_version

    def error_dict(self, config: object = None) -> dict[str, Any]:
        return {**super().error_dict(config), "room_version": self._room_version}


class PasswordRefusedError(SynapseError):
    """400: the password is too weak."""

    def __init__(
        self, msg: str = "The password is too weak for this server", errcode: str = Codes.WEAK_PASSWORD
    ) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, msg, errcode)


class ThreepidValidationError(SynapseError):
    """400: an e-mail address or phone number could not be validated."""

    def __init__(self, msg: str, errcode: str = Codes.FORBIDDEN) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, msg, errcode)


class UnredactedContentDeletedError(SynapseError):
    """404: the content of a redacted event is gone (MSC2815)."""

    def __init__(self, content_keep_ms: int | None = None) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "The content is not kept any more", Codes.UNREDACTED_CONTENT_DELETED)
        self.content_keep_ms = content_keep_ms

    def error_dict(self, config: object = None) -> dict[str, Any]:
        extra = {} if self.content_keep_ms is None else {"fi.mau.msc2815.content_keep_ms": self.content_keep_ms}
        return {**super().error_dict(config), **extra}


class SlidingSyncUnknownPosition(SynapseError):
    """400: the position of a sliding sync has expired."""

    def __init__(self, message: str = "Unknown position") -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, message, Codes.UNKNOWN_POS)


class PartialStateConflictError(SynapseError):
    """409: the state of a room became complete meanwhile."""

    @staticmethod
    def message() -> str:
        return "The state of the room became complete meanwhile"

    def __init__(self) -> None:
        super().__init__(HTTPStatus.CONFLICT, self.message())


class NotRetryingDestination(Exception):
    """Another server was asked lately and failed; it is not asked again yet."""

    def __init__(self, retry_last_ts: int, retry_interval: int, destination: str) -> None:
        super().__init__(f"{destination} failed at {retry_last_ts} ms and is asked again {retry_interval} ms later")
        self.retry_last_ts = retry_last_ts
        self.retry_interval = retry_interval
        self.destination = destination
