"""The errors of `synapse.api.errors`, which modules raise and catch, and the few of other modules of Synapse."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from .codes import Codes


def cs_error(msg: str, code: str = Codes.UNKNOWN, **kwargs: Any) -> dict[str, Any]:
    """The body of an error as the client-server API wants it."""
    return {"error": msg, "errcode": code, **kwargs}


class CodeMessageException(RuntimeError):
    """An error with an HTTP status. `headers` go into the response."""

    def __init__(self, code: int | HTTPStatus, msg: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{int(code)}: {msg}")
        self.code = int(code)
        self.msg = msg
        self.headers = headers


class SynapseError(CodeMessageException):
    """An error that becomes the answer to the client: status, errcode, message, further fields and headers."""

    def __init__(
        self,
        code: int,
        msg: str,
        errcode: str = Codes.UNKNOWN,
        additional_fields: Mapping[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code, msg, headers)
        self.errcode = errcode
        self._additional_fields: dict[str, Any] = dict(additional_fields or {})

    def error_dict(self, config: object = None) -> dict[str, Any]:
        """The body of the response. `config` is accepted for Synapse's sake."""
        return {**cs_error(self.msg, self.errcode), **self._additional_fields}

    @property
    def debug_context(self) -> str | None:
        """What the log may add to the message."""
        return None


class ProxiedRequestError(SynapseError):
    """An error that another server answered, to be handed on."""

    def __init__(
        self,
        code: int,
        msg: str,
        errcode: str = Codes.UNKNOWN,
        additional_fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, msg, errcode, additional_fields)


class HttpResponseException(CodeMessageException):
    """Another server answered with a status outside 200–299. `msg` is the phrase of its status, `response` its body."""

    def __init__(self, code: int, msg: str, response: bytes) -> None:
        super().__init__(code, msg)
        self.response = response

    def to_synapse_error(self) -> SynapseError:
        """The same error for our client, with the fields of the body where it is a JSON object."""
        fields = parse_object(self.response)
        errcode = fields.pop("errcode", Codes.UNKNOWN)
        msg = fields.pop("error", self.msg)
        return ProxiedRequestError(self.code, msg, errcode, fields)

    def unsafe_to_verbatim_synapse_error(self) -> SynapseError:
        """As `to_synapse_error`: here, every field was handed on already."""
        return self.to_synapse_error()


class RedirectException(CodeMessageException):
    """Sends the client elsewhere. `location` is the address, `cookies` are raw `Set-Cookie` values."""

    def __init__(self, location: bytes, http_code: int = HTTPStatus.FOUND) -> None:
        super().__init__(http_code, f"Redirect to {location.decode()}")
        self.location = location
        self.cookies: list[bytes] = []


class RequestSendFailed(RuntimeError):
    """A request could not be sent at all: no connection, no name, no TLS."""

    def __init__(self, inner_exception: BaseException, can_retry: bool) -> None:
        super().__init__(f"The request was not sent: {type(inner_exception).__name__}: {inner_exception}")
        self.inner_exception = inner_exception
        self.can_retry = can_retry


class RequestTimedOutError(SynapseError):
    """No answer came in time."""

    def __init__(self, msg: str) -> None:
        super().__init__(HTTPStatus.GATEWAY_TIMEOUT, msg)


# Refusals: who asks, how often, for what.


class NotFoundError(SynapseError):
    """404: it does not exist."""

    def __init__(self, msg: str = "Not found", errcode: str = Codes.NOT_FOUND) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, msg, errcode)


class StoreError(SynapseError):
    """The database does not have the row, or has more than one."""


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
    """401: the credentials, an access token as a rule, are not valid."""

    def __init__(self, msg: str, errcode: str) -> None:
        super().__init__(HTTPStatus.UNAUTHORIZED, msg, errcode)


class MissingClientTokenError(InvalidClientCredentialsError):
    """401: no token was sent."""

    def __init__(self, msg: str = "Missing access token") -> None:
        super().__init__(msg, Codes.MISSING_TOKEN.value)


class InvalidClientTokenError(InvalidClientCredentialsError):
    """401: the token belongs to no user, or no longer does."""

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


# What a module may name in an `except`, or raise itself, although only a homeserver has a reason to.


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
    """409: the state of a room became complete in the meantime."""

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


# Of push rules.


class InvalidRuleException(Exception):
    """A push rule has another form."""


class RuleNotFoundException(Exception):
    """The push rule does not exist."""


def parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
