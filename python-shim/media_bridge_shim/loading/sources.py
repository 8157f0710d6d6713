"""The source of what a module registers, for `media-bridge port`."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from ..answers.wire_text import clean_text
from ..callbacks.registry import function_of

MAX_SOURCE_BYTES = 64 * 1024


def source_of(callback: Any) -> str | None:
    """Its lines without their common indentation, at most 64 KiB; None where they cannot be read. Never raises."""
    try:
        return clean_text(textwrap.dedent(inspect.getsource(function_of(callback))), MAX_SOURCE_BYTES)
    except Exception:
        return None
