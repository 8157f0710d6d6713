"""Headers that answers have in common."""

from __future__ import annotations

from typing import Any

_METHODS = b"GET, HEAD, POST, PUT, DELETE, OPTIONS"
_RENDEZVOUS = (b"/_matrix/client/unstable/org.matrix.msc4108/rendezvous", b"/_synapse/client/rendezvous")


def set_cors_headers(request: Any) -> None:
    """Lets scripts of any web page use the answer: Client-Server API, "Web Browser Clients"."""
    request.setHeader(b"Access-Control-Allow-Origin", b"*")
    request.setHeader(b"Access-Control-Allow-Methods", _METHODS)
    allowed, exposed = b"X-Requested-With, Content-Type, Authorization, Date", b"Synapse-Trace-Id, Server"
    if is_rendezvous(request.path):
        allowed, exposed = b"Content-Type, If-Match, If-None-Match", b"Synapse-Trace-Id, Server, ETag"
    request.setHeader(b"Access-Control-Allow-Headers", allowed)
    request.setHeader(b"Access-Control-Expose-Headers", exposed)


def is_rendezvous(path: bytes | None) -> bool:
    """Whether a path is one of MSC4108's, whose answers are told apart by ETags."""
    return path is not None and (path == _RENDEZVOUS[0] or path.startswith(_RENDEZVOUS[1]))


def set_corp_headers(request: Any) -> None:
    """Lets pages that require `Cross-Origin-Resource-Policy` embed the answer."""
    request.setHeader(b"Cross-Origin-Resource-Policy", b"cross-origin")


def set_clickjacking_protection_headers(request: Any) -> None:
    """Forbids other pages to frame the answer."""
    request.setHeader(b"X-Frame-Options", b"DENY")
    request.setHeader(b"Content-Security-Policy", b"frame-ancestors 'none';")
