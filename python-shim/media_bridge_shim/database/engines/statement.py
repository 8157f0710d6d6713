"""SQL cut into pieces: where literals, quoted names and comments end, and what outside of them can be a placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "opaque", "mark", "positional", "named", "escaped", "percent"]
"""`opaque`: a literal, a quoted name, a comment; `mark`: `?`; `positional`: `%s`; `named`: `%(x)s`; `escaped`: `%%`."""

_PLACEHOLDERS = r"""
    |(?P<named>%\(\w+\)s)
    |(?P<escaped>%%)
    |(?P<positional>%s(?!\w))
    |(?P<percent>%)
    |(?P<mark>\?)
"""

SQLITE = re.compile(
    r"""(?P<opaque>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?(?:\*/|\Z))"""
    + _PLACEHOLDERS,
    re.VERBOSE | re.DOTALL,
)

POSTGRES = re.compile(
    r"""(?P<opaque>(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'
        |'(?:[^']|'')*'
        |"(?:[^"]|"")*"
        |(?<![\w$])(?P<dollar>\$(?:[^\W\d]\w*)?\$).*?(?P=dollar)
        |--[^\n]*
        |(?P<comment>/\*))"""
    + _PLACEHOLDERS,
    re.VERBOSE | re.DOTALL,
)

_COMMENT_EDGE = re.compile(r"/\*|\*/")
# Of PostgreSQL's own operators: `?|`, `?&` and `?` before a literal, never `?||` (a placeholder, then a concatenation).
_OPERATOR_TAIL = re.compile(r"\|(?!\|)|&(?!&)|\s*[eE]?'")


@dataclass(frozen=True)
class Piece:
    kind: Kind
    text: str
    looks_like_operator: bool = False


def cut(sql: str, pattern: re.Pattern[str]) -> Iterator[Piece]:
    """The pieces of `sql`, in order and without a gap. `pattern` is `SQLITE` or `POSTGRES`."""
    position = 0
    while (match := pattern.search(sql, position)) is not None:
        if match.start() > position:
            yield Piece("text", sql[position : match.start()])
        groups = match.groupdict()
        end = match.end()
        if groups["opaque"] is not None:
            if groups.get("comment") is not None:
                end = _end_of_comment(sql, end)
            yield Piece("opaque", sql[match.start() : end])
        elif groups["mark"] is not None:
            # `?1` is a placeholder of SQLite's own, with a number.
            yield Piece("mark", "?", _OPERATOR_TAIL.match(sql, end) is not None)
        else:
            yield Piece(_kind_of(groups), match.group())
        position = end
    if position < len(sql):
        yield Piece("text", sql[position:])


def _kind_of(groups: dict[str, str | None]) -> Kind:
    if groups["named"] is not None:
        return "named"
    if groups["escaped"] is not None:
        return "escaped"
    return "positional" if groups["positional"] is not None else "percent"


def _end_of_comment(sql: str, position: int) -> int:
    """PostgreSQL's comments hold others."""
    depth = 1
    while depth > 0:
        edge = _COMMENT_EDGE.search(sql, position)
        if edge is None:
            return len(sql)
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return position
