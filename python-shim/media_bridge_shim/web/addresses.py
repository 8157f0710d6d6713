"""Addresses of requests: without what is secret in them, and whole."""

from __future__ import annotations

import re
from typing import Any

_SECRET = re.compile(r"([?&](?:access(?:_|%5f)token|client(?:_|%5f)secret)=)[^&]*", re.IGNORECASE)


def redact_uri(uri: str) -> str:
    """An address for the log: values of `access_token` and `client_secret` are left out."""
    return _SECRET.sub(r"\1<redacted>", uri)


def get_request_uri(request: Any) -> bytes:
    """The whole address that the client asked for."""
    scheme = b"https" if request.isSecure() else b"http"
    return b"%s://%s%s" % (scheme, get_requested_host(request), request.uri)


def get_request_user_agent(request: Any, default: str = "") -> str:
    """The last `User-Agent`; bytes beyond ASCII are replaced."""
    agent = request.getHeader(b"User-Agent")
    return agent.decode("ascii", "replace") if agent else default


def get_requested_host(request: Any) -> bytes:
    given = request.getHeader(b"host")
    if given:
        return given
    address = request.getHost()
    if address.port == (443 if request.isSecure() else 80):
        return address.host.encode("ascii")
    return b"%s:%d" % (address.host.encode("ascii"), address.port)
