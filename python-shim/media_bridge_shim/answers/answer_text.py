"""What a callback answered, for `media-bridge call`, in a form that both languages share: the service's
`callbacks/answer-text.ts` writes the answers of TypeScript modules in the same way."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from .wire_text import clean_text, type_name

MAX_ANSWER_BYTES = 2 * 1024
MAX_DEPTH = 16


def describe_answer(value: Any) -> str:
    """The answer as JSON with sorted keys, `nothing` for None, a `repr` for what JSON cannot say; never raises."""
    try:
        return clean_text("nothing" if value is None else _describe(value, 0), MAX_ANSWER_BYTES)
    except BaseException as error:
        return f"<{type_name(value)}, which cannot be shown: {type_name(error)}>"


def _describe(value: Any, depth: int) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Enum):
        return _describe(value.value, depth)
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, int):
        return repr(int(value))
    if isinstance(value, float):
        return _describe_float(float(value))
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return _describe_members({_key_text(name): member for name, member in value.items()}, depth)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_describe(item, depth + 1) for item in value) + "]"
    if hasattr(value, "max_bytes") and hasattr(value, "time_period_ms"):
        return _describe_members(_limit_members(value), depth)
    return repr(value)


def _describe_members(members: Mapping[str, Any], depth: int) -> str:
    texts = (
        f"{json.dumps(name, ensure_ascii=False)}:{_describe(members[name], depth + 1)}" for name in sorted(members)
    )
    return "{" + ",".join(texts) + "}"


def _limit_members(limit: Any) -> dict[str, Any]:
    """Of a `MediaUploadLimit`: what says nothing is left out."""
    info_uri = getattr(limit, "info_uri", None)
    return {
        "max_bytes": limit.max_bytes,
        "time_period_ms": limit.time_period_ms,
        **({} if info_uri is None else {"info_uri": info_uri}),
        **({"can_upgrade": True} if getattr(limit, "can_upgrade", False) else {}),
    }


def _key_text(name: Any) -> str:
    return name if type(name) is str else str(name.value if isinstance(name, Enum) else name)


def _describe_float(value: float) -> str:
    # JavaScript has one kind of number.
    if math.isfinite(value) and value == int(value) and abs(value) < 1e21:
        return repr(int(value))
    return json.dumps(value)
