"""Protocols of the Python database API, for annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

SQLQueryParameters = Sequence[Any] | Mapping[str, Any]


class Cursor(Protocol):
    rowcount: int
    description: Sequence[Any] | None

    def execute(self, sql: str, parameters: Any = ...) -> Any: ...

    def executemany(self, sql: str, parameters: Any) -> Any: ...

    def fetchone(self) -> tuple[Any, ...] | None: ...

    def fetchmany(self, size: int | None = ...) -> list[tuple[Any, ...]]: ...

    def fetchall(self) -> list[tuple[Any, ...]]: ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...

    def close(self) -> None: ...


class Connection(Protocol):
    def cursor(self) -> Cursor: ...

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...


DBAPI2Module = Any
