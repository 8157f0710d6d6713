"""The site that serves resources, and the requests that they are handed."""

from __future__ import annotations

from typing import Any

import attr
from twisted.internet.interfaces import IAddress
from twisted.web.server import Site
from zope.interface import implementer

from .request import SynapseRequest

MAX_HEADERS = 510
MAX_HEADERS_SIZE = 65_536


@implementer(IAddress)
@attr.s(frozen=True, slots=True, auto_attribs=True)
class ForwardedAddress:
    """The client's address, as the service in front tells it."""

    host: str


class XForwardedForRequest(SynapseRequest):
    """Takes address and scheme of the client from the headers of the service in front."""

    _forwarded_for: ForwardedAddress | None = None
    _forwarded_https = False

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        headers = self.requestHeaders.getRawHeaders(b"x-forwarded-for")
        if headers:
            first = headers[0].split(b",")[0].strip()
            self._forwarded_for = ForwardedAddress(first.decode("ascii", "replace"))
            scheme = self.getHeader(b"x-forwarded-proto")
            # As in Synapse: a proxy that says nothing of it is one that ends TLS.
            self._forwarded_https = scheme is None or scheme.lower() == b"https"
        super().requestReceived(command, path, version)

    def isSecure(self) -> bool:
        return self._forwarded_https or super().isSecure()

    def getClientIP(self) -> Any:
        return super().getClientIP() if self._forwarded_for is None else self._forwarded_for.host

    def getClientAddress(self) -> Any:
        return super().getClientAddress() if self._forwarded_for is None else self._forwarded_for


class SynapseSite(Site):
    """Makes `SynapseRequest`s. Connections end when the service ends them: it is the only client."""

    def __init__(
        self,
        *,
        logger_name: str = "synapse.access",
        site_tag: str,
        config: Any = None,
        resource: Any,
        server_version_string: str,
        max_request_body_size: int,
        reactor: Any,
        hs: Any,
    ) -> None:
        super().__init__(resource, self._make_request, timeout=None, reactor=reactor)
        self.site_tag = site_tag
        self.server_version_string = server_version_string.encode("ascii")
        self.max_request_body_size = max_request_body_size
        self.server_name: str = hs.hostname
        self.access_logger_name = logger_name

    def buildProtocol(self, addr: Any) -> Any:
        # The service in front bounds the head of a request and adds lines of its own: what it lets through is
        # not refused here.
        protocol = super().buildProtocol(addr)
        if protocol is not None:
            protocol._channel.maxHeaders = MAX_HEADERS
            protocol._channel.totalHeadersSize = MAX_HEADERS_SIZE
        return protocol

    def module_at(self, path: bytes) -> str | None:
        """The module whose resource answers at a path, where that is known."""
        return None

    def log(self, request: Any) -> None:
        """The service in front writes a line for each request."""

    def _make_request(self, channel: Any, queued: Any) -> SynapseRequest:
        return XForwardedForRequest(
            channel, self, self.server_name, queued=queued, max_request_body_size=self.max_request_body_size
        )
