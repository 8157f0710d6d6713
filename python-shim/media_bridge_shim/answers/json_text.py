"""What a client will see as it is travels as JSON text, made here once and checked on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

MAX_TEXT_BYTES = 8 * 1024 * 1024


def to_json_text(value: Any) -> str:
    """Canonical JSON. Raises `ValueError` or `TypeError` for what JSON cannot say or is over `MAX_TEXT_BYTES`."""
    text = _encode(value)
    # Lone surrogates are found here: they have no UTF-8.
    size = len(text.encode("utf-8"))
    if size > MAX_TEXT_BYTES:
        raise ValueError(f"{size} bytes of JSON, over the {MAX_TEXT_BYTES} allowed")
    return text


def _to_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_to_plain
).encode
