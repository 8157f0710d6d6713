"""From exceptions to the error maps of the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..api.vocabulary.errors import SynapseError
from .hidden_values import hide_values
from .json_text import to_json_text
from .missing_module import explain_missing
from .wire_text import (
    MAX_MESSAGE_BYTES,
    MAX_NAME_BYTES,
    MAX_TRACEBACK_BYTES,
    clean_text,
    keep_end,
    message_of,
    traceback_of,
    type_name,
    whole_message_of,
    whole_traceback_of,
)

WireError = dict[str, Any]

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
MAX_HEADER_BYTES = 16 * 1024


class AnswerError(Exception):
    """A callback answered with what its kind does not allow."""


class ProtocolError(Exception):
    """The host asked for what is not there, or in a wrong form."""


class Unavailable(Exception):
    """The child is shutting down and takes no new work."""


class DeadlineExceeded(Exception):
    """A callback took longer than its deadline."""


class RunCancelled(Exception):
    """The host no longer wants the result of a run."""


class HostError(Exception):
    """The host refused a request of this child. `details` is the error map of the wire."""

    def __init__(self, details: Any) -> None:
        super().__init__(str(details.get("message", details)) if isinstance(details, Mapping) else str(details))
        self.details = details


def make_error(kind: str, error: BaseException, **more: Any) -> WireError:
    return {
        "kind": kind,
        "type": type_name(error),
        "message": message_of(error),
        "traceback": traceback_of(error),
        **more,
    }


def make_plain_error(kind: str, error_type: str, message: str, **more: Any) -> WireError:
    """An error with no exception behind it."""
    message = clean_text(message, MAX_MESSAGE_BYTES)
    return {"kind": kind, "type": error_type, "message": message, "traceback": "", **more}


def make_callback_error(error: BaseException, **more: Any) -> WireError:
    """Why a callback has no answer: kind `synapse` for a sendable `SynapseError`, else `timeout` or `module`."""
    if isinstance(error, DeadlineExceeded):
        return make_plain_error("timeout", type(error).__name__, str(error), **more)
    wire = make_error("module", error, **more)
    try:
        if isinstance(error, SynapseError):
            wire.update(_response_of(error))
    except BaseException as failure:
        # The traceback of what the module raised comes first: it tells where to look.
        wire["message"] = clean_text(f"{wire['message']} (no response: {message_of(failure)})", MAX_MESSAGE_BYTES)
    return wire


def make_load_error(error: BaseException, index: int, phase: str, config: Any) -> WireError:
    """A module that cannot be loaded. Values of its configuration appear nowhere in it."""
    # Values are hidden first and texts cut afterwards, so that no half of a value is left at the edge.
    message = hide_values(whole_message_of(error), config)
    path = getattr(error, "path", None)
    if isinstance(path, (list, tuple)) or (
        path is not None and hasattr(path, "__iter__") and not isinstance(path, str)
    ):
        keys = ".".join(str(key) for key in path)
        if keys:
            message = f"{message} (in config: {keys})"
    wire: WireError = {
        "kind": "module",
        "type": clean_text(hide_values(type(error).__name__, config), MAX_NAME_BYTES),
        "message": clean_text(message, MAX_MESSAGE_BYTES),
        "traceback": keep_end(hide_values(whole_traceback_of(error), config), MAX_TRACEBACK_BYTES),
        "module": index,
        "phase": phase,
    }
    hint = explain_missing(error)
    if hint is not None:
        wire["hint"] = clean_text(hint, MAX_MESSAGE_BYTES)
    return wire


def _response_of(error: Any) -> dict[str, Any]:
    status = int(error.code)
    if not 400 <= status <= 599:
        raise AnswerError(f"{status} is not the status of an error")
    body = error.error_dict(None)
    if not isinstance(body, Mapping):
        raise AnswerError(f"error_dict() is a {type(body).__name__}, not a dict")
    errcode = body.get("errcode", error.errcode)
    return {
        "kind": "synapse",
        "message": clean_text(str(getattr(error, "msg", error)), MAX_MESSAGE_BYTES),
        "status": status,
        "errcode": clean_text(str(getattr(errcode, "value", errcode)), 1024),
        "body": to_json_text(body),
        "headers": _headers_of(error),
    }


def _headers_of(error: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    size = 0
    for name, value in dict(getattr(error, "headers", None) or {}).items():
        name, value = _header_text(name), _header_text(value)
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise AnswerError(f"the header {name!r} cannot be sent")
        headers[name] = value
        size += len(name) + len(value)
    if size > MAX_HEADER_BYTES:
        raise AnswerError(f"{size} bytes of headers, over the {MAX_HEADER_BYTES} allowed")
    return headers


def _header_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return value
    raise AnswerError(f"a header is a {type(value).__name__}, not text")
