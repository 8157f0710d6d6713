"""Who makes a request to a web resource: its access token is found here, the service says whose it is."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NoReturn

from ...api.vocabulary.codes import Codes
from ...api.vocabulary.errors import (
    AuthError,
    InvalidClientCredentialsError,
    InvalidClientTokenError,
    MissingClientTokenError,
    SynapseError,
    parse_object,
)
from ...api.vocabulary.types import Requester, create_requester
from .addresses import get_request_user_agent


async def get_user_by_req(call_host: Callable[[str, Any], Any], request: Any, allow_guest: bool) -> Requester:
    """Asks the service, which remembers answers of the homeserver for a while. Sets `request.requester`."""
    args = request.args or {}
    credentials = {
        "token": find_token(request, args),
        "user_id": find_text(args, b"user_id"),
        "device_id": find_text(args, b"device_id", b"org.matrix.msc3202.device_id"),
        "address": getattr(request.getClientAddress(), "host", None),
        "user_agent": get_request_user_agent(request) or None,
    }
    answer = await call_host("who_is", credentials)
    if answer["refusal"] is not None:
        raise_refusal(**answer["refusal"])
    user = answer["user"]
    if user["guest"] and not allow_guest:
        raise AuthError(HTTPStatus.FORBIDDEN, "Guest access not allowed", Codes.GUEST_ACCESS_FORBIDDEN)
    request.requester = create_requester(user["user_id"], is_guest=user["guest"], device_id=user["device_id"])
    return request.requester


def find_token(request: Any, args: Any) -> str:
    """The token, from the header or the query, never from both."""
    headers = request.requestHeaders.getRawHeaders(b"Authorization")
    queries = args.get(b"access_token")
    if not headers:
        if not queries:
            raise MissingClientTokenError()
        return decode_token(queries[0])
    if queries:
        raise MissingClientTokenError("An access token was sent both in the Authorization header and in the query")
    if len(headers) > 1:
        raise MissingClientTokenError("More than one Authorization header was sent")
    scheme, *rest = headers[0].split(b" ")
    if scheme.lower() != b"bearer" or len(rest) != 1 or not rest[0]:
        raise MissingClientTokenError("The Authorization header is not of the form: Bearer <token>")
    return decode_token(rest[0])


def decode_token(token: bytes) -> str:
    try:
        return token.decode("ascii")
    except UnicodeDecodeError:
        raise InvalidClientTokenError("Invalid access token passed.") from None


def find_text(args: Any, *names: bytes) -> str | None:
    """The first value of the first of these parameters that is there, be it empty."""
    values = next((args[name] for name in names if args.get(name)), None)
    if values is None:
        return None
    try:
        return values[0].decode("utf-8")
    except UnicodeDecodeError:
        message = "A query parameter is not valid UTF-8"
        raise SynapseError(HTTPStatus.BAD_REQUEST, message, Codes.INVALID_PARAM) from None


def raise_refusal(status: int, errcode: str, message: str, body: str, headers: dict[str, str]) -> NoReturn:
    """The error of Synapse's that says what the service answered."""
    fields = parse_object(body.encode("utf-8"))
    errcode, message = fields.pop("errcode", errcode), fields.pop("error", message)
    if errcode == Codes.MISSING_TOKEN.value:
        raise MissingClientTokenError(message)
    if errcode == Codes.UNKNOWN_TOKEN.value:
        raise InvalidClientTokenError(message, bool(fields.get("soft_logout", False)))
    if status == HTTPStatus.UNAUTHORIZED:
        raise ForeignCredentialsError(message, errcode, fields)
    if status == HTTPStatus.FORBIDDEN:
        raise AuthError(status, message, errcode, fields)
    raise SynapseError(status, message, errcode, fields, headers)


class ForeignCredentialsError(InvalidClientCredentialsError):
    """401 for a reason of the homeserver's own, such as a locked account, handed on with all it said."""

    def __init__(self, msg: str, errcode: str, fields: dict[str, Any]) -> None:
        super().__init__(msg, errcode)
        self._additional_fields.update(fields)
