"""The errors that every module meets: what a callback raises to word its refusal, and what an HTTP client raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


def parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
