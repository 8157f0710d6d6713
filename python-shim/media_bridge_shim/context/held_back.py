"""What a dry run held back: counts that the host asks for."""

from __future__ import annotations

REQUEST = "request"
WRITE = "write"
BACKGROUND = "background"
MEDIA = "media"

_counts = {REQUEST: 0, WRITE: 0, BACKGROUND: 0, MEDIA: 0}
_WRITES = frozenset({"insert", "update", "delete", "replace", "merge", "truncate", "copy", "create", "alter", "drop"})


def count(what: str) -> None:
    _counts[what] += 1


def count_if_write(sql: str) -> None:
    """Counts a statement of a trial that would have changed the database, by its first word."""
    words = sql.split(maxsplit=1)
    if words and words[0].lower() in _WRITES:
        count(WRITE)


def counts() -> dict[str, int]:
    """Since the start, by what it is."""
    return dict(_counts)
