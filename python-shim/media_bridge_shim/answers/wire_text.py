"""Texts that go over the wire: valid UTF-8, of bounded length."""

from __future__ import annotations

import traceback
from typing import Any

MAX_MESSAGE_BYTES = 4 * 1024
MAX_TRACEBACK_BYTES = 16 * 1024
MAX_NAME_BYTES = 256


def clean_text(text: str, max_bytes: int) -> str:
    """`text` with lone surrogates escaped, cut at the end to `max_bytes` of UTF-8."""
    data = text.encode("utf-8", "backslashreplace")
    return data[:max_bytes].decode("utf-8", "ignore")


def type_name(value: Any) -> str:
    """The name of its class, which a module may have made of any length."""
    return clean_text(type(value).__name__, MAX_NAME_BYTES)


def message_of(error: BaseException) -> str:
    """What the exception says, for people; never raises."""
    return clean_text(whole_message_of(error), MAX_MESSAGE_BYTES)


def whole_message_of(error: BaseException) -> str:
    """What it says, at any length; never raises."""
    try:
        return str(error)
    except BaseException:
        return f"(the text of this {type_name(error)} cannot be had)"


def traceback_of(error: BaseException) -> str:
    """The exception's traceback with its causes; where it is too long, its end is what is kept."""
    return keep_end(whole_traceback_of(error), MAX_TRACEBACK_BYTES)


def whole_traceback_of(error: BaseException) -> str:
    """The traceback of any length; never raises."""
    try:
        return "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except BaseException:
        return "".join(traceback.format_tb(error.__traceback__)) + type_name(error)


def keep_end(text: str, max_bytes: int) -> str:
    """`text` with lone surrogates escaped, cut at the front to `max_bytes` of UTF-8."""
    data = text.encode("utf-8", "backslashreplace")
    return data.decode() if len(data) <= max_bytes else data[-max_bytes:].decode("utf-8", "ignore")
