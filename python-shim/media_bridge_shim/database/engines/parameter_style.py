"""`?` and `%s` on both engines: from what a module wrote to what the driver reads.

A module was written for one engine and runs on either. What is ambiguous, such as `?` (also an operator of PostgreSQL's
JSON), is decided by how many values were given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .statement import POSTGRES, SQLITE, Piece, cut

# What is longer was put together for one use, such as a list of a thousand ids.
MAX_REMEMBERED_CHARACTERS = 8192
_PERCENTS = re.compile(r"%%|%")
_PERCENTS_BUT_PLACEHOLDERS = re.compile(r"%%|%s|%")


def count_values(parameters: Any) -> int | None:
    """How many positional values there are; None for a mapping, and where it cannot be told."""
    if isinstance(parameters, Mapping):
        return None
    try:
        return len(parameters)
    except TypeError:
        return None


def for_sqlite(sql: str, values: int | None) -> str:
    """With `?` and `:name`. Without a percent sign it stays as it is, as in Synapse."""
    if "%" not in sql:
        return sql
    return (_for_sqlite if len(sql) <= MAX_REMEMBERED_CHARACTERS else _for_sqlite.__wrapped__)(sql, values)


def for_postgres(sql: str, values: int | None) -> str:
    """With `%s` and `%(name)s`, and every other percent sign doubled, as psycopg2 wants it."""
    if "%" not in sql and "?" not in sql:
        return sql
    return (_for_postgres if len(sql) <= MAX_REMEMBERED_CHARACTERS else _for_postgres.__wrapped__)(sql, values)


@lru_cache(maxsize=512)
def _for_sqlite(sql: str, values: int | None) -> str:
    pieces = list(cut(sql, SQLITE))
    positional = _count(pieces, "positional")
    # `a %s` can also be a division by the column s: then the question marks alone are the values.
    is_division = positional > 0 and values is not None and _count(pieces, "mark") == values
    is_percent_style = (positional > 0 and not is_division) or _count(pieces, "named") > 0
    return "".join(_sqlite_text(piece, is_percent_style) for piece in pieces)


def _sqlite_text(piece: Piece, is_percent_style: bool) -> str:
    if piece.kind == "escaped":
        return "%"
    if not is_percent_style:
        return piece.text
    if piece.kind == "positional":
        return "?"
    if piece.kind == "named":
        return f":{piece.text[2:-2]}"
    # A module that writes `%s` doubles the percent signs of literals, too.
    return piece.text.replace("%%", "%") if piece.kind == "opaque" else piece.text


@lru_cache(maxsize=512)
def _for_postgres(sql: str, values: int | None) -> str:
    pieces = list(cut(sql, POSTGRES))
    positional = _count(pieces, "positional")
    marks = _count(pieces, "mark")
    operators = sum(piece.looks_like_operator for piece in pieces)
    within = sum(len(re.findall("%%|%s", piece.text)) - piece.text.count("%%") for piece in pieces if _is_opaque(piece))
    keep_marks: bool | None = False
    keep_within = False
    if _count(pieces, "named") > 0:
        keep_marks = True
    elif values is None or positional + marks == values:
        keep_marks = False
    elif positional == values:
        keep_marks = True
    elif positional + marks - operators == values:
        keep_marks = None
    elif positional + marks + within == values:
        # psycopg2 fills in placeholders wherever they are: `interval '%s days'`.
        keep_within = True
    return "".join(_postgres_text(piece, keep_marks, keep_within) for piece in pieces)


def _postgres_text(piece: Piece, keep_marks: bool | None, keep_within: bool) -> str:
    """`keep_marks`: whether question marks are operators; None: those that look like some are."""
    if piece.kind == "mark":
        is_kept = piece.looks_like_operator if keep_marks is None else keep_marks
        return "?" if is_kept else "%s"
    if piece.kind == "percent":
        return "%%"
    if piece.kind == "opaque":
        pattern = _PERCENTS_BUT_PLACEHOLDERS if keep_within else _PERCENTS
        return pattern.sub(lambda match: "%s" if match.group() == "%s" else "%%", piece.text)
    return piece.text


def _is_opaque(piece: Piece) -> bool:
    return piece.kind == "opaque"


def _count(pieces: list[Piece], kind: str) -> int:
    return sum(piece.kind == kind for piece in pieces)
