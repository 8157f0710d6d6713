"""Texts without the values of a module's configuration. `hidden-values.ts` does the same for modules in TypeScript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, unquote

# Shorter values tell nothing, and would turn a message into a riddle.
LEAST_LENGTH = 6

# Where a word begins: also after a line break as literals write it, and after a URL-encoded character.
_BEGIN = r"(?:(?<!\w)|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
_END = r"(?!\w)"
_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@]*?:([^/?#@]*)@", re.IGNORECASE)

# Lines of a traceback, with the code below them where that is the service's own, and of a stack of JavaScript.
_FRAMES = re.compile(
    r'^ *File "[^"\n]*/(?:media_bridge_shim|compat/synapse)/[^"\n]*", line \d+[^\n]*(?:\n {4}[^\n]*)*'
    r'|^ *File "[^"\n]*", line \d+[^\n]*'
    r"|^ +at [^\n]*",
    re.MULTILINE,
)
_AT_START = r"""(?:^|(?<=[\s'"`(\[{<=,]))"""
# `/srv/media`, `./modules`, `~/x`, `file:///srv/x`; then `modules/rules.py`; then `rules.Rules`.
_NAMES = re.compile(
    _AT_START
    + r"""(?:file://)?(?:~|\.{1,2})?/[^\s'"`:;,()<>\[\]{}|]*"""
    + "|"
    + _AT_START
    + r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*\.(?:py|[cm]?[jt]s|json|ya?ml|toml|db|so)(?![A-Za-z0-9_.-])"
    + r"|(?<![A-Za-z0-9_.@-])[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+(?![A-Za-z0-9_-])"
)


def hide_values(text: str, config: Any) -> str:
    """`text` without the values of a module's configuration, which may be secrets that an error quotes.

    What has six characters or more is hidden where it is a whole word. Keys stay, and so do words inside file paths and
    dotted names.
    """
    forms = {form for leaf in _leaves(config) for form in _forms_of(leaf) if len(form) >= LEAST_LENGTH}
    found = sorted(place for form in forms for place in _places_of(form, text))
    if not found:
        return text
    frames = [(*match.span(), False) for match in _FRAMES.finditer(text)]
    # A full stop after a path ends the sentence.
    names = [(match.start(), match.start() + len(match[0].rstrip(".!?")), True) for match in _NAMES.finditer(text)]
    result, at = [], 0
    for start, end in found:
        if any(_is_inside(start, end, *name) for name in (*frames, *names)):
            continue
        # Where values overlap, no part of them remains.
        if start >= at:
            result += [text[at:start], "<value>"]
        at = max(at, end)
    return "".join([*result, text[at:]])


def _is_inside(start: int, end: int, name_start: int, name_end: int, can_be_value: bool) -> bool:
    """Whether it is within a name and not all of it: a value that is a path is hidden like any other."""
    if can_be_value and (start, end) == (name_start, name_end):
        return False
    return start >= name_start and end <= name_end


def _places_of(value: str, text: str) -> Iterator[tuple[int, int]]:
    # Most values are not there at all.
    if value not in text:
        return
    begin = _BEGIN if re.match(r"\w", value) else ""
    end = _END if re.search(r"\w\Z", value) else ""
    for match in re.finditer(begin + re.escape(value) + end, text):
        yield match.span()


def _leaves(config: Any) -> Iterator[Any]:
    seen: set[int] = set()
    stack = [config]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            stack.extend(node.values())
        elif isinstance(node, (list, tuple)):
            stack.extend(node)
        elif isinstance(node, (str, int, float, date)) and not isinstance(node, bool):
            yield node


def _forms_of(leaf: Any) -> Iterator[str]:
    if isinstance(leaf, date):
        yield from (repr(leaf), str(leaf), leaf.isoformat())
    elif not isinstance(leaf, str):
        yield repr(leaf)
    else:
        # As it is, line by line, since a message may quote a part, and what a URL holds of a password.
        url = _PASSWORD.match(leaf)
        password = [] if url is None else [url[1], unquote(url[1])]
        for part in (leaf, *leaf.splitlines(), *password):
            # As it is, and as a literal of Python (of text or bytes), JSON or a URL has it.
            yield part
            yield repr(part)[1:-1]
            yield repr(part.encode("utf-8", "replace"))[2:-1]
            yield json.dumps(part)[1:-1]
            yield json.dumps(part, ensure_ascii=False)[1:-1]
            yield quote(part.encode("utf-8", "replace"), safe="!'()*-._~")
