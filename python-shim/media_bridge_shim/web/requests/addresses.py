"""Addresses of requests: without what is secret in them, and whole."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

_SEPARATORS = re.compile(r"([?&;#])")
_SECRET = re.compile(r"(?:access_token|client_secret)\s*=", re.IGNORECASE)
_SECRET_IN_PATH = re.compile(rf"[?&;#].*{_SECRET.pattern}", re.IGNORECASE | re.DOTALL)
# More than any server or proxy undoes.
_MAX_DECODINGS = 8


def redact_uri(uri: str) -> str:
    """An address for the log: values of `access_token` and `client_secret` are left out, however these are written.

    Twisted parts parameters by `&` and `;` and reads names that are percent-encoded; an address in a parameter may be
    encoded once more.
    """
    path, *parts = _SEPARATORS.split(uri)
    # A path has parameters only where its question mark is encoded.
    return "".join([_redact_part(path, _SECRET_IN_PATH), *(_redact_part(part, _SECRET) for part in parts)])


def _redact_part(part: str, secret: re.Pattern[str]) -> str:
    text = part
    for _ in range(_MAX_DECODINGS):
        if secret.search(text.replace("+", " ")):
            name, equals, _rest = part.partition("=")
            # Without a sign of its own the whole of it is encoded.
            return f"{name}=<redacted>" if equals and not _SECRET.search(_decode(name)) else "<redacted>"
        decoded = unquote(text, "latin-1")
        if decoded == text:
            return part
        text = decoded
    # An innocent address is never encoded this often.
    return "<redacted>"


def _decode(text: str) -> str:
    for _ in range(_MAX_DECODINGS):
        text = unquote(text, "latin-1")
    return text


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
