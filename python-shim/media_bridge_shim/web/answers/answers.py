"""Ways to answer a request as a whole: JSON, HTML, a redirect."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from twisted.web.server import NOT_DONE_YET

from .headers import set_clickjacking_protection_headers, set_cors_headers

logger = logging.getLogger(__name__)


def respond_with_json(
    request: Any, code: int, json_object: Any, send_cors: bool = False, canonical_json: bool = True
) -> int | None:
    """Answers with JSON: canonical, or in the order of its keys. None, with nothing sent, where the client has left."""
    if is_gone(request, code):
        return None
    encode = encode_canonical_json if canonical_json else encode_json
    return send_json(request, encode(json_object), send_cors)


def respond_with_json_bytes(request: Any, code: int, json_bytes: bytes, send_cors: bool = False) -> int | None:
    """As `respond_with_json`, for JSON that is bytes already."""
    return None if is_gone(request, code) else send_json(request, json_bytes, send_cors)


def respond_with_html(request: Any, code: int, html: str) -> None:
    """Answers with HTML in UTF-8, which no other page may frame."""
    respond_with_html_bytes(request, code, html.encode("utf-8"))


def respond_with_html_bytes(request: Any, code: int, html_bytes: bytes) -> None:
    """As `respond_with_html`, for HTML that is UTF-8 already."""
    if is_gone(request, code):
        return
    request.setHeader(b"Content-Type", b"text/html; charset=utf-8")
    set_clickjacking_protection_headers(request)
    send(request, html_bytes)


def respond_with_redirect(request: Any, url: bytes, statusCode: int = HTTPStatus.FOUND, cors: bool = False) -> None:
    """Sends the client to `url`."""
    if cors:
        set_cors_headers(request)
    request.setResponseCode(statusCode)
    request.setHeader(b"location", url)
    finish_request(request)


def finish_request(request: Any) -> None:
    """Ends the answer; a client that has left in the meantime is not an error."""
    try:
        request.finish()
    except RuntimeError as error:
        logger.info("The client left before it was answered: %r", error)


def send_json(request: Any, body: bytes, send_cors: bool) -> int:
    request.setHeader(b"Content-Type", b"application/json")
    if not request.responseHeaders.hasHeader(b"Cache-Control"):
        request.setHeader(b"Cache-Control", b"no-cache, no-store, must-revalidate")
    if send_cors:
        set_cors_headers(request)
    send(request, body)
    return NOT_DONE_YET


def send(request: Any, body: bytes) -> None:
    request.setHeader(b"Content-Length", b"%d" % len(body))
    request.write(body)
    finish_request(request)


def is_gone(request: Any, code: int) -> bool:
    # Set for the log's sake also where the client has left.
    request.setResponseCode(code)
    if request._disconnected:
        logger.warning("%r is not answered: its client has left", request)
    return request._disconnected


def encode_canonical_json(value: Any) -> bytes:
    """Canonical JSON: the Matrix specification's appendix. `ValueError` for NaN, `TypeError` for what has no form."""
    return _canonical(value).encode("utf-8")


def encode_json(value: Any) -> bytes:
    return _plain(value).encode("utf-8")


def to_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"A {type(value).__name__} has no form in JSON")


_canonical = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=to_plain
).encode
_plain = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=to_plain).encode
