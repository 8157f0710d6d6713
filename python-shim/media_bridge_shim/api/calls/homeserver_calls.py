"""How `ModuleApi` asks the homeserver: by way of the host, which has the tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ...answers.errors import HostError
from ...logs.heard import tell
from ..absent.unsupported import UnsupportedByMediaService
from ..asynchronous.threads import defer_to_thread
from ..homeserver.http_client import DryRunError
from ..vocabulary.codes import Codes
from ..vocabulary.errors import AuthError, HttpResponseException, RequestSendFailed, SynapseError, parse_object
from ..vocabulary.types import DomainSpecificString

if TYPE_CHECKING:
    from ...context.service import Service

# A text of this length takes a few milliseconds to read: others need not wait for a longer one.
MAX_TEXT_ON_REACTOR = 256 * 1024
# Said of our own tokens and of load, and so nothing that concerns our client.
NOT_FOR_CLIENTS = frozenset((HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS))


class HomeserverNotConfigured(UnsupportedByMediaService):
    """A method that needs a homeserver was called, and a key of the configuration is not set."""


class HomeserverUnreachable(Exception):
    """No answer of the homeserver came in time; the `inner_exception` of a `RequestSendFailed`."""


class RefusedByHomeserver(HttpResponseException, SynapseError):
    """The homeserver refused what a module wanted to do there.

    Both what a request raises and what the same method raises inside a homeserver: either `except` clause works.
    """

    def __init__(self, code: int, msg: str, response: bytes) -> None:
        super().__init__(code, msg, response)
        refusal = self.to_synapse_error()
        self.msg = refusal.msg
        self.errcode = refusal.errcode
        fields = refusal.error_dict()
        self._additional_fields = {name: fields[name] for name in fields if name not in ("error", "errcode")}
        self.args = (f"{code}: {refusal.msg}",)


class ForbiddenByHomeserver(RefusedByHomeserver, AuthError):
    """What the user may not do, for modules that catch an `AuthError`."""


class HomeserverCalls:
    """The calls of one module."""

    def __init__(self, service: Service, module_path: str) -> None:
        self._service = service
        self._module_path = module_path

    async def read(self, method: str, call: str, /, **args: Any) -> Any:
        """Asks; the JSON of the answer, or None. `method` is how the module calls it, for messages.

        `HttpResponseException` where the homeserver refuses or its answer cannot be used, `RequestSendFailed` where
        none comes, `HomeserverNotConfigured` where a key is not set.
        """
        return await self._call(method, call, args, HttpResponseException, can_retry=True)

    async def act(self, method: str, call: str, /, **args: Any) -> Any:
        """As `read`; a refusal is a `SynapseError` too. After a `RequestSendFailed` it may have been done or not."""
        return await self._call(method, call, args, RefusedByHomeserver, can_retry=False)

    async def _call(
        self, method: str, call: str, args: dict[str, Any], refusal: type[HttpResponseException], can_retry: bool
    ) -> Any:
        try:
            return await self._ask(method, call, args, refusal, can_retry)
        except DryRunError as error:
            tell("warning", str(error))
            raise
        except (RequestSendFailed, HomeserverNotConfigured) as error:
            tell("error", f"{method}: {error}")
            raise
        except HttpResponseException as error:
            if not isinstance(error, RefusedByHomeserver) and not _is_verdict(error.code, error.response):
                tell("error", f"{method}: {error}")
            raise

    async def _ask(
        self, method: str, call: str, args: dict[str, Any], refusal: type[HttpResponseException], can_retry: bool
    ) -> Any:
        params = {"call": call, "args": args, "module": self._module_path}
        try:
            outcome = await self._service.call_host("homeserver", params)
        except HostError as error:
            raise RequestSendFailed(error, can_retry) from error
        if "dry_run" in outcome:
            raise DryRunError(f"{outcome['dry_run']}: {method}")
        if "answer" in outcome:
            return await self._decode(method, outcome["answer"])
        if "refused" in outcome:
            raise make_refusal(outcome["refused"], refusal)
        if "unreachable" in outcome:
            raise RequestSendFailed(HomeserverUnreachable(outcome["unreachable"]), can_retry)
        if "not_configured" in outcome:
            keys = " and ".join(outcome["not_configured"])
            raise HomeserverNotConfigured(f"{self._module_path}: {method} asks the homeserver: set {keys}")
        if "unusable" in outcome:
            raise HttpResponseException(HTTPStatus.BAD_GATEWAY, outcome["unusable"], b"")
        raise ValueError(f"{method}: {outcome['invalid']}")

    async def _decode(self, method: str, text: str | None) -> Any:
        if text is None:
            return None
        try:
            if len(text) <= MAX_TEXT_ON_REACTOR:
                return json.loads(text)
            return await defer_to_thread(self._service.reactor, json.loads, text)
        except ValueError as error:
            message = f"{method}: the homeserver's answer is not JSON"
            raise HttpResponseException(HTTPStatus.BAD_GATEWAY, message, b"") from error


class CallingPart:
    """The base of the parts of `ModuleApi` that ask the homeserver."""

    _calls: HomeserverCalls
    _server_name: str

    def is_mine(self, id: str | DomainSpecificString) -> bool:
        """Whether a user, room or alias is of our server."""
        domain = id.domain if isinstance(id, DomainSpecificString) else id.partition(":")[2]
        return domain == self._server_name


def make_refusal(refused: Mapping[str, Any], refusal: type[HttpResponseException]) -> HttpResponseException:
    status, body = int(refused["status"]), refused["body"].encode("utf-8")
    error = (refusal if _is_verdict(status, body) else HttpResponseException)(status, phrase_of(status), body)
    if isinstance(error, RefusedByHomeserver) and (status, error.errcode) == (HTTPStatus.FORBIDDEN, Codes.FORBIDDEN):
        return ForbiddenByHomeserver(status, phrase_of(status), body)
    return error


def _is_verdict(status: int, body: bytes) -> bool:
    """Whether the homeserver refuses what was asked, and not our tokens or our load."""
    return 400 <= status < 500 and status not in NOT_FOR_CLIENTS and "errcode" in parse_object(body)


def phrase_of(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown status"


def to_object_text(value: Any) -> str:
    """The JSON of a mapping; `TypeError` or `ValueError` for what JSON cannot say."""
    if not isinstance(value, Mapping):
        raise TypeError(f"a dict was expected, not a {type(value).__name__}")
    return json.dumps(value, allow_nan=False, default=to_plain)


def to_plain(value: Any) -> Any:
    """What modules put into contents although JSON does not know it: immutable mappings, and enums by their value."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be sent as JSON")
