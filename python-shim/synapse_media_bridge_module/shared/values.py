"""Arguments and answers of callbacks, from Synapse's objects to the wire and back (docs/bridge-protocol.md)."""

from __future__ import annotations

import json
import math
from typing import Any

from . import releases
from .errors import NodeUnavailable, TypeScriptError

# After so many seconds it is worth trying again, as the service says too.
RETRY_AFTER_SECONDS = 5
_UNAVAILABLE = "A module that decides about this request cannot be asked, try again later"


def limit_to_wire(limit: Any) -> dict[str, Any]:
    return {
        "max_bytes": _number_text(limit.max_bytes),
        "time_period_ms": _number_text(limit.time_period_ms),
        "info_uri": getattr(limit, "info_uri", None),
        "can_upgrade": bool(getattr(limit, "can_upgrade", False)),
        "extra": None,
    }


def limits_from_wire(wire: Any) -> list[Any]:
    """The limits of a user. Raises for anything but a list of them: an empty one lifts every limit."""
    if not isinstance(wire, list):
        raise TypeError("the limits are not a list")
    return [_limit_from_wire(limit) for limit in wire]


def _limit_from_wire(wire: dict[str, Any]) -> Any:
    info_uri = wire["info_uri"]
    if info_uri is not None and not isinstance(info_uri, str):
        raise TypeError("an info_uri is not text")
    return releases.make_limit(
        _number(wire["max_bytes"]), _number(wire["time_period_ms"]), info_uri, bool(wire["can_upgrade"])
    )


def file_info_to_wire(info: Any) -> dict[str, Any]:
    thumbnail = info.thumbnail
    return {
        "server_name": info.server_name,
        "file_id": info.file_id,
        "url_cache": bool(info.url_cache),
        "thumbnail": None
        if thumbnail is None
        else {name: getattr(thumbnail, name) for name in ("width", "height", "method", "type", "length")},
    }


class _Config(dict[str, Any]):
    """A media configuration. Synapse takes an empty dict for a pass, and a module that answers one has decided."""

    def __bool__(self) -> bool:
        return True


def config_from_wire(text: str) -> Any:
    """The body of the media configuration. Integers of any size come out exact."""
    body = json.loads(text)
    if not isinstance(body, dict):
        raise TypeError("the media configuration is not an object")
    return _Config(body)


def verdict_from_wire(words: Any) -> Any:
    """The refusal of a file in the form of Synapse's spam checkers."""
    fields = words.get("fields")
    return (releases.find_code(words.get("errcode")), json.loads(fields) if fields else {})


def error_from_wire(error: Any, where: str) -> Exception:
    """What a callback of a TypeScript module raised, as the exception that has the same effect in Synapse."""
    kind = error.get("kind")
    if kind == "synapse":
        status = int(error["status"])
        if not 400 <= status <= 599:
            raise ValueError("the status of an error is not one of an error")
        body = json.loads(error["body"])
        fields = {name: value for name, value in body.items() if name not in ("errcode", "error", "msg", "code")}
        headers = dict(error.get("headers") or {})
        message = str(body.get("error", error.get("message", "")))
        answer: Exception = releases.make_error(status, message, str(error["errcode"]), fields, headers)
        return answer
    if kind in ("timeout", "unavailable", "cancelled"):
        return NodeUnavailable(str(error.get("message")))
    trace = error.get("traceback") or f"{error.get('type')}: {error.get('message')}"
    return TypeScriptError(f"{where} failed: {error.get('message')}\n{trace}")


def unavailable() -> Exception:
    """No verdict can be had, so none is guessed: 503, with the time after which to try again."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    answer: Exception = releases.make_error(503, _UNAVAILABLE, releases.Codes.UNKNOWN, {}, headers)
    return answer


def _number_text(value: Any) -> str:
    if isinstance(value, bool):
        return repr(value)
    return repr(float(value)) if isinstance(value, float) else repr(int(value))


def _number(text: str) -> Any:
    if text in ("True", "False"):
        return text == "True"
    number = float(text) if "." in text or "e" in text else int(text)
    if not math.isfinite(number):
        raise ValueError("a number of a limit is not finite")
    return number
