"""Pieces of SQL that Synapse's storage offers to modules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from .engines.engine import BaseDatabaseEngine


def make_in_list_sql_clause(
    database_engine: BaseDatabaseEngine, column: str, iterable: Collection[Any], *, negative: bool = False
) -> tuple[str, list[Any]]:
    """`column` is one of these values (`negative`: none of them): the clause and its parameters."""
    if not iterable:
        return ("TRUE" if negative else "FALSE"), []
    if database_engine.supports_using_any_list:
        return f"{column} {'!= ALL(?)' if negative else '= ANY(?)'}", [list(iterable)]
    marks = ",".join("?" * len(iterable))
    return f"{column} {'NOT IN' if negative else 'IN'} ({marks})", list(iterable)


def make_tuple_in_list_sql_clause(
    database_engine: BaseDatabaseEngine, columns: Sequence[str], iterable: Collection[Sequence[Any]]
) -> tuple[str, list[Any]]:
    """The columns together are one of these tuples."""
    if not iterable:
        return "FALSE", []
    if not columns:
        return "TRUE", []
    if len(columns) == 1:
        return make_in_list_sql_clause(database_engine, columns[0], [values[0] for values in iterable])
    row = f"({','.join('?' * len(columns))})"
    rows = ",".join([row] * len(iterable))
    return f"({','.join(columns)}) IN (VALUES {rows})", [value for values in iterable for value in values]


def make_tuple_comparison_clause(keys: Sequence[tuple[str, Any]]) -> tuple[str, list[Any]]:
    """The columns together sort after these values."""
    columns = ",".join(column for column, _ in keys)
    marks = ",".join("?" * len(keys))
    return f"({columns}) > ({marks})", [value for _, value in keys]


def user_is_local_like_pattern(hs: Any) -> str:
    """For `user_id LIKE ?`: the users of this server."""
    return f"@%:{hs.hostname}"
