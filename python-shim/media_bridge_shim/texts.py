"""Texts that go over the wire: valid UTF-8, of bounded length, without what must not be told."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

MAX_MESSAGE_BYTES = 4 * 1024
MAX_TRACEBACK_BYTES = 16 * 1024
MAX_ANSWER_BYTES = 2 * 1024
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
    try:
        return clean_text(str(error), MAX_MESSAGE_BYTES)
    except BaseException:
        return f"(the text of this {type_name(error)} cannot be had)"


def traceback_of(error: BaseException) -> str:
    """The exception's traceback with its causes; where it is too long, its end is what is kept."""
    try:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except BaseException:
        text = "".join(traceback.format_tb(error.__traceback__)) + type_name(error)
    return keep_end(text, MAX_TRACEBACK_BYTES)


def keep_end(text: str, max_bytes: int) -> str:
    """`text` with lone surrogates escaped, cut at the front to `max_bytes` of UTF-8."""
    data = text.encode("utf-8", "backslashreplace")
    return data.decode() if len(data) <= max_bytes else data[-max_bytes:].decode("utf-8", "ignore")


def describe_answer(value: Any) -> str:
    """The `repr` of a callback's answer, for `call`; never raises."""
    try:
        return clean_text(repr(value), MAX_ANSWER_BYTES)
    except BaseException as error:
        return f"<{type_name(value)}, whose repr raises {type_name(error)}>"


def hide_values(text: str, config: Any) -> str:
    """`text` with every value of a module's configuration replaced: it may hold secrets, and errors like to quote."""
    for value in sorted(set(_forms_of(_leaves(config))), key=len, reverse=True):
        text = text.replace(value, "<value>")
    return text


def _leaves(config: Any) -> Iterator[Any]:
    stack = [config]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            stack.extend(node.values())
        elif isinstance(node, (list, tuple)):
            stack.extend(node)
        elif isinstance(node, (str, int, float, date)) and not isinstance(node, bool):
            yield node


def _forms_of(leaves: Iterable[Any]) -> Iterator[str]:
    for leaf in leaves:
        if isinstance(leaf, date):
            yield from (repr(leaf), str(leaf), leaf.isoformat())
        elif not isinstance(leaf, str):
            text = repr(leaf)
            if sum(character.isdigit() for character in text) >= 3:
                yield text
        elif len(leaf) >= 3:
            # As it is, and as it stands inside a Python or JSON literal.
            yield leaf
            yield repr(leaf)[1:-1]
            yield json.dumps(leaf)[1:-1]
            yield from (line for line in leaf.splitlines() if len(line) >= 3)
