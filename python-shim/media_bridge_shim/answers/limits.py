"""Media upload limits: from whatever looks like one to the wire, and back to `MediaUploadLimit`."""

from __future__ import annotations

import json
import math
from typing import Any

from ..api.vocabulary.upload_limit import MediaUploadLimit
from .errors import AnswerError
from .json_text import MAX_TEXT_BYTES, to_json_text

WireLimit = dict[str, Any]

_NAMES = frozenset(("max_bytes", "time_period_ms", "info_uri", "can_upgrade"))


def to_wire_limits(answer: Any) -> list[WireLimit]:
    """The answer of `get_media_upload_limits_for_user`. Raises `AnswerError` where it is not a list of limits."""
    if not isinstance(answer, list):
        raise AnswerError(f"expected None or a list of MediaUploadLimit, not {type(answer).__name__}")
    limits: list[WireLimit] = []
    size = 0
    for limit in answer:
        wire = to_wire_limit(limit)
        # A limit is eleven values of the wire, of which a frame may hold a million.
        size += 128 + len(wire["info_uri"] or "") * 4 + len(wire["extra"] or "") * 4
        # Before memory is spent on the rest.
        if size > MAX_TEXT_BYTES:
            raise AnswerError(f"{len(answer)} limits are more than can be sent")
        limits.append(wire)
    return limits


def to_wire_limit(limit: Any) -> WireLimit:
    if limit is None or isinstance(limit, (dict, str, bytes)):
        raise AnswerError(f"expected MediaUploadLimit in the list, not {type(limit).__name__}")
    info_uri = getattr(limit, "info_uri", None)
    if info_uri is not None:
        if not isinstance(info_uri, str):
            raise AnswerError(f"info_uri is a {type(info_uri).__name__}, not a str")
        info_uri.encode("utf-8")
        info_uri = str(info_uri)
    return {
        "max_bytes": _number_text(limit, "max_bytes"),
        "time_period_ms": _number_text(limit, "time_period_ms"),
        "info_uri": info_uri,
        "can_upgrade": bool(getattr(limit, "can_upgrade", False)),
        "extra": _extra_text(limit),
    }


def from_wire_limit(wire: WireLimit) -> MediaUploadLimit:
    """A new `MediaUploadLimit`, equal to the one that the map was made from."""
    return MediaUploadLimit(
        max_bytes=_number(wire["max_bytes"]),
        time_period_ms=_number(wire["time_period_ms"]),
        info_uri=wire["info_uri"],
        can_upgrade=wire["can_upgrade"],
        **(json.loads(wire["extra"]) if wire["extra"] else {}),
    )


def _number_text(limit: Any, name: str) -> str:
    if not hasattr(limit, name):
        raise AnswerError(f"expected MediaUploadLimit in the list, but {type(limit).__name__} has no {name}")
    value = getattr(limit, name)
    if isinstance(value, bool):
        # An `int`, for Python; it stays what it is for the callback that is handed the limit.
        return repr(value)
    if not isinstance(value, (int, float)):
        raise AnswerError(f"{name} is a {type(value).__name__}, not an int or float")
    if isinstance(value, float) and not math.isfinite(value):
        raise AnswerError(f"{name} is {value}, not a finite number")
    # Of the plain type, so that an IntEnum's own text does not travel.
    return repr(float(value)) if isinstance(value, float) else repr(int(value))


def _number(text: str) -> Any:
    """An int, as `MediaUploadLimit` declares it, or the float or bool that a module gave in its place."""
    if text in ("True", "False"):
        return text == "True"
    return float(text) if "." in text or "e" in text else int(text)


def _extra_text(limit: Any) -> str | None:
    """What else the object holds, as far as JSON can say it: newer releases of Synapse may add to a limit."""
    extra = getattr(limit, "extra_fields", None)
    if not isinstance(extra, dict):
        extra = {name: value for name, value in getattr(limit, "__dict__", {}).items() if not name.startswith("_")}
    kept = {}
    for name, value in extra.items():
        if name not in _NAMES:
            try:
                to_json_text(value)
            except (TypeError, ValueError):
                continue
            kept[name] = value
    return to_json_text(kept) if kept else None
