"""The request that a resource is handed: Twisted's, with what Synapse adds for its resources."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import copy_context
from http import HTTPStatus
from itertools import count
from time import time
from types import SimpleNamespace
from typing import Any, Protocol

import attr
from twisted.internet.address import UNIXAddress
from twisted.python.failure import Failure
from twisted.web.server import Request

from ..api.asynchronous.logging_context import LoggingContext, set_current_context
from ..context.running import current_module, current_request
from .answers.error_answers import return_json_error
from .requests.addresses import get_request_user_agent, redact_uri

logger = logging.getLogger(__name__)

_numbers = count()
REQUEST_NUMBER = b"X-Media-Bridge-Request"


@attr.s(auto_attribs=True, frozen=True, slots=True)
class RequestInfo:
    """Where a request came from."""

    user_agent: str | None
    ip: str


class RequestSite(Protocol):
    """What a request needs of its site (`site.SynapseSite`)."""

    reactor: Any
    server_version_string: bytes

    def module_at(self, path: bytes) -> str | None: ...


class SynapseRequest(Request):
    """A request. `requester` is set once its user is known; `logcontext` is current while it is answered."""

    def set_opentracing_span(self, span: Any) -> None:
        """Nothing is traced here."""

    def __init__(
        self,
        channel: Any,
        site: RequestSite,
        our_server_name: str,
        *args: Any,
        max_request_body_size: int = 1024,
        request_id_header: str | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(channel, *args, **kw)
        self.our_server_name = our_server_name
        self.synapse_site = site
        self.reactor = site.reactor
        self.request_id_header = request_id_header
        self.request_seq = next(_numbers)
        self.start_time = 0.0
        self.finish_time: float | None = None
        self.logcontext: LoggingContext | None = None
        self.requester: Any = None
        self.request_metrics = SimpleNamespace(name="")
        self.render_deferred: Any = None
        self.is_render_cancellable = False
        self._max_request_body_size = max_request_body_size
        self._is_processing = False
        self._context = copy_context()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.get_method()} {self.get_redacted_uri()}>"

    def get_method(self) -> str:
        """The method; a placeholder before it is known."""
        return self.method.decode("ascii", "replace") if isinstance(self.method, bytes) else self.method

    def get_redacted_uri(self) -> str:
        """Path and query, without the values of tokens; a placeholder before they are known."""
        uri: Any = self.uri
        return redact_uri(uri.decode("ascii", "replace") if isinstance(uri, bytes) else uri)

    def get_request_id(self) -> str:
        """What tells the request from others in the log."""
        given = self.getHeader(self.request_id_header) if self.request_id_header else None
        return f"{self.get_method()}-{given or self.request_seq}"

    def get_authenticated_entity(self) -> tuple[str | None, str | None]:
        """Who makes the request and, where it is another user, who authenticated for it."""
        if self.requester is None or isinstance(self.requester, str):
            return self.requester, None
        user, entity = self.requester.user.to_string(), self.requester.authenticated_entity
        return user, None if entity == user else entity

    def get_client_ip_if_available(self) -> str:
        """The client's address; the path of the socket where there is none."""
        address = self.getClientAddress()
        return self.getHost().name.decode("utf-8") if isinstance(address, UNIXAddress) else address.host

    def request_info(self) -> RequestInfo:
        """Where the request came from."""
        return RequestInfo(get_request_user_agent(self) or None, self.get_client_ip_if_available())

    @contextmanager
    def processing(self) -> Generator[None, None, None]:
        """For as long as a handler works on the request, whether or not the client is still there."""
        if self._is_processing:
            raise RuntimeError(f"{self!r} is being processed already")
        self._is_processing = True
        try:
            yield
        except Exception:
            logger.exception("The handler of %r raised, and could not say so to its client", self)
        finally:
            self._is_processing = False

    def handleContentChunk(self, data: bytes) -> None:
        assert self.content is not None
        if self.content.tell() + len(data) <= self._max_request_body_size:
            super().handleContentChunk(data)
        elif self.channel:
            logger.warning("A request of more than %d bytes is cut off", self._max_request_body_size)
            self.channel.forceAbortClient()

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        kind = self.requestHeaders.getRawHeaders(b"content-type")
        if command == b"POST" and kind and b"multipart/form-data" in kind[0].lower():
            # Twisted would take the whole body into memory. Synapse refuses it too, with no words either.
            self.method, self.uri, self.clientproto = command, path, version
            self.setResponseCode(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
            self.setHeader(b"Content-Length", b"0")
            self.write(b"")
            self.loseConnection()
            return
        super().requestReceived(command, path, version)

    def process(self) -> None:
        self._context.run(current_module.set, self.synapse_site.module_at(self.path))
        self._context.run(current_request.set, self._take_number())
        self._context.run(super().process)

    def _take_number(self) -> int | None:
        """The service's number of the request, for the log: nothing that a resource would look for."""
        number = self.getHeader(REQUEST_NUMBER)
        self.requestHeaders.removeHeader(REQUEST_NUMBER)
        return int(number) if number else None

    def render(self, resrc: Any) -> None:
        self.start_time = time()
        self.logcontext = LoggingContext(self.get_request_id(), server_name=self.our_server_name)
        set_current_context(self.logcontext)
        self.request_metrics.name = type(resrc).__name__
        self.setHeader(b"Server", self.synapse_site.server_version_string)
        super().render(resrc)

    def processingFailed(self, reason: Failure) -> Failure:
        """500 in Matrix form; the traceback goes to the log."""
        return_json_error(reason, self, None)
        return reason

    def finish(self) -> None:
        self.finish_time = time()
        super().finish()

    def connectionLost(self, reason: Any) -> None:
        self.finish_time = time()
        # A copy: the handler itself may have cut the connection.
        lose = super().connectionLost
        self._context.copy().run(lose, reason if isinstance(reason, Failure) else Failure(reason))
        if self._is_processing and self.is_render_cancellable and self.render_deferred is not None:
            self.render_deferred.cancel()
