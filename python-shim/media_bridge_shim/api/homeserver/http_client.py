"""`http_client`: asks other servers, over treq, which is imported by the first request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from twisted.internet.defer import CancelledError

from ...context import held_back
from ...logs.heard import tell
from .. import IMITATED_VERSION
from ..absent.unsupported import UnsupportedByMediaService, describe_refused
from ..asynchronous.background import may_send
from ..vocabulary.codes import Codes
from ..vocabulary.errors import HttpResponseException, RequestTimedOutError, SynapseError

if TYPE_CHECKING:
    from .http_body import ByteWriteable

Headers = Mapping[Any, Any]
TIMEOUT_SECONDS = 60
USER_AGENT = f"Synapse/{IMITATED_VERSION} (media bridge)"


class DryRunError(RuntimeError):
    """A module wants to ask another server while it is only being checked."""


class BaseHttpClient:
    """Methods that answer JSON raise `HttpResponseException` outside 200–299, `RequestTimedOutError` after 60 s without
    the head of an answer, `ValueError` for what is not JSON."""

    def __init__(self, hs: Any, treq_args: Mapping[str, Any] | None = None) -> None:
        self.hs = hs
        self.reactor = hs.get_reactor()
        self.user_agent = USER_AGENT.encode("ascii")
        self._treq_args = dict(treq_args or {})
        self._agent: Any = None

    async def request(self, method: str, uri: str, data: bytes | None = None, headers: Any = None) -> Any:
        """One request; the answer is Twisted's `IResponse`, whatever its status."""
        if not may_send(method):
            dry_run = f"outgoing requests are held back during a check: {method} {strip_query(uri)}"
            tell("warning", dry_run)
            held_back.count(held_back.REQUEST)
            raise DryRunError(dry_run)
        import treq
        from twisted.internet.error import ConnectError, DNSLookupError
        from twisted.web.client import ResponseFailed, ResponseNeverReceived

        sent = treq.request(
            method,
            uri,
            agent=self._get_agent(),
            data=data,
            headers=self._make_headers(headers),
            reactor=self.reactor,
            **{"unbuffered": True, **self._treq_args},
        )
        timer = self.reactor.callLater(TIMEOUT_SECONDS, sent.cancel)
        try:
            return await sent
        except CancelledError:
            if timer.active():
                raise
            raise RequestTimedOutError(f"No answer from {strip_query(uri)} within {TIMEOUT_SECONDS} s") from None
        except (ConnectError, DNSLookupError, ResponseFailed, ResponseNeverReceived) as error:
            if not timer.active():
                raise RequestTimedOutError(f"No answer from {strip_query(uri)} within {TIMEOUT_SECONDS} s") from error
            raise
        finally:
            if timer.active():
                timer.cancel()

    async def get_json(self, uri: str, args: Mapping[Any, Any] | None = None, headers: Headers | None = None) -> Any:
        """GET; the JSON of the answer."""
        body = await self.get_raw(uri, args, {"Accept": ["application/json"], **to_headers(headers)})
        return json.loads(body)

    async def get_raw(self, uri: str, args: Mapping[Any, Any] | None = None, headers: Headers | None = None) -> bytes:
        """GET; the bytes of the answer."""
        response = await self.request("GET", with_query(uri, args), headers=to_headers(headers))
        return await self._read(response)

    async def post_json_get_json(self, uri: str, post_json: Any, headers: Headers | None = None) -> Any:
        """POST of JSON; the JSON of the answer."""
        return await self._send_json("POST", uri, post_json, headers)

    async def put_json(
        self, uri: str, json_body: Any, args: Mapping[Any, Any] | None = None, headers: Headers | None = None
    ) -> Any:
        """PUT of JSON; the JSON of the answer."""
        return await self._send_json("PUT", with_query(uri, args), json_body, headers)

    async def post_urlencoded_get_json(
        self, uri: str, args: Mapping[str, str | list[str]] | None = None, headers: Headers | None = None
    ) -> Any:
        """POST of a form; the JSON of the answer."""
        merged = {
            "Content-Type": ["application/x-www-form-urlencoded"],
            "Accept": ["application/json"],
            **to_headers(headers),
        }
        body = urlencode(to_pairs(args), doseq=True).encode("utf-8")
        response = await self.request("POST", uri, body, merged)
        return json.loads(await self._read(response))

    async def get_file(
        self,
        url: str,
        output_stream: ByteWriteable,
        max_size: int | None = None,
        headers: Headers | None = None,
        is_allowed_content_type: Callable[[str], bool] | None = None,
    ) -> tuple[int, dict[bytes, list[bytes]], str, int]:
        """GET into a stream, fewer than `max_size` bytes: `(length, headers, address, status)`.

        `SynapseError` where the answer is too large, of another type, or no success.
        """
        response = await self.request("GET", url, headers=to_headers(headers))
        received = dict(response.headers.getAllRawHeaders())
        if response.code > 299:
            raise SynapseError(502, f"The other server answered {response.code}", Codes.UNKNOWN)
        content_types = response.headers.getRawHeaders(b"Content-Type") or [b"application/octet-stream"]
        if is_allowed_content_type and not is_allowed_content_type(content_types[0].decode("ascii", "replace")):
            raise SynapseError(502, "The file is of a type that is not wanted here")
        from .http_body import BodyExceededMaxSize, read_body_with_max_size

        try:
            length = await read_body_with_max_size(response, output_stream, max_size)
        except BodyExceededMaxSize:
            message = f"The file is larger than {max_size} bytes"
            raise SynapseError(502, message, Codes.TOO_LARGE) from None
        return length, received, response.request.absoluteURI.decode("ascii"), response.code

    async def _send_json(self, method: str, uri: str, value: Any, headers: Headers | None) -> Any:
        # Canonical JSON, so that what is signed or compared on the other side has one form.
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
        merged = {"Content-Type": ["application/json"], "Accept": ["application/json"], **to_headers(headers)}
        response = await self.request(method, uri, text.encode("utf-8"), merged)
        return json.loads(await self._read(response))

    async def _read(self, response: Any) -> bytes:
        import treq

        body = await treq.content(response)
        if not 200 <= response.code < 300:
            raise HttpResponseException(response.code, response.phrase.decode("ascii", "replace"), body)
        return body

    def _get_agent(self) -> Any:
        if self._agent is None:
            from twisted.web.client import Agent, HTTPConnectionPool

            pool = HTTPConnectionPool(self.reactor)
            pool.maxPersistentPerHost = 16
            self._agent = Agent(self.reactor, connectTimeout=15, pool=pool)
        return self._agent

    def _make_headers(self, headers: Any) -> Any:
        from twisted.web.http_headers import Headers as TwistedHeaders

        made = headers.copy() if isinstance(headers, TwistedHeaders) else TwistedHeaders(to_headers(headers))
        if not made.hasHeader(b"User-Agent"):
            made.setRawHeaders(b"User-Agent", [self.user_agent])
        return made


class SimpleHttpClient(BaseHttpClient):
    """The client that modules make themselves, and that `http_client` is. It asks directly, by no proxy."""

    def __init__(
        self,
        hs: Any,
        treq_args: Mapping[str, Any] | None = None,
        ip_allowlist: Any = None,
        ip_blocklist: Any = None,
        use_proxy: bool = False,
    ) -> None:
        if ip_allowlist is not None or ip_blocklist is not None:
            # Asking without them would reach what the module meant to shut off.
            raise UnsupportedByMediaService(describe_refused("SimpleHttpClient with lists of addresses"))
        super().__init__(hs, treq_args)


def encode_query_args(args: Mapping[Any, Any] | None) -> bytes:
    """The arguments as a query, without `?`."""
    return urlencode(to_pairs(args), doseq=True).encode("utf-8")


def is_unknown_endpoint(e: HttpResponseException, synapse_error: SynapseError | None = None) -> bool:
    """Whether a server says that it lacks the endpoint: 404 or 405 with `M_UNRECOGNIZED`, or without a body."""
    error = synapse_error or e.to_synapse_error()
    return e.code in (404, 405) and (not e.response or error.errcode == Codes.UNRECOGNIZED)


def with_query(uri: str, args: Mapping[Any, Any] | None) -> str:
    if not args:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(to_pairs(args), doseq=True)}"


def to_pairs(args: Mapping[Any, Any] | None) -> list[tuple[Any, Any]]:
    return [(name, to_values(value)) for name, value in (args or {}).items()]


def to_headers(headers: Headers | None) -> dict[Any, list[Any]]:
    return {name: to_values(value) for name, value in (headers or {}).items()}


def to_values(value: Any) -> list[Any]:
    is_several = isinstance(value, Iterable) and not isinstance(value, (str, bytes))
    return list(value) if is_several else [value]


def strip_query(uri: Any) -> str:
    """An address as a log or an error may show it: without query, which often holds a token, and credentials."""
    text = uri.decode("utf-8", "replace") if isinstance(uri, bytes) else str(uri)
    return re.sub(r"//[^/@]*@", "//", text.split("?", 1)[0])
