"""What the function of a transaction is handed: a cursor that reads both styles of placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from ..context import held_back
from .engines.engine import BaseDatabaseEngine
from .engines.parameter_style import count_values
from .engines.postgres_engine import PostgresEngine
from .engines.sqlite_engine import Sqlite3Engine
from .missing_table import MissingTables
from .time_limit import NO_TIME_LIMIT, AnyTimeLimit

Callbacks = list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]]


class LoggingTransaction:
    """One attempt of a transaction. `txn` is the driver's own cursor.

    Callbacks add up over the attempts: those for after the commit all run once one attempt succeeds, those for an
    exception once the last one has failed.
    """

    __slots__ = (
        "after_callbacks",
        "async_after_callbacks",
        "database_engine",
        "exception_callbacks",
        "is_trial",
        "name",
        "server_name",
        "time_limit",
        "txn",
    )

    def __init__(
        self,
        *,
        txn: Any,
        name: str,
        server_name: str,
        database_engine: BaseDatabaseEngine,
        after_callbacks: Callbacks | None = None,
        async_after_callbacks: Callbacks | None = None,
        exception_callbacks: Callbacks | None = None,
        is_trial: bool = False,
        time_limit: AnyTimeLimit = NO_TIME_LIMIT,
    ) -> None:
        self.txn = txn
        self.name = name
        self.server_name = server_name
        self.database_engine = database_engine
        self.after_callbacks = after_callbacks
        self.async_after_callbacks = async_after_callbacks
        self.exception_callbacks = exception_callbacks
        self.is_trial = is_trial
        self.time_limit = time_limit

    def call_after(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Calls on the reactor's thread after the commit, and after what `async_call_after` was given."""
        _append(self.after_callbacks, callback, args, kwargs)

    def async_call_after(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Calls and awaits on the reactor's thread after the commit."""
        _append(self.async_after_callbacks, callback, args, kwargs)

    def call_on_exception(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Calls on the reactor's thread once the last attempt has failed and was rolled back."""
        _append(self.exception_callbacks, callback, args, kwargs)

    def execute(self, sql: str, parameters: Any = ()) -> None:
        """One statement. Placeholders are `?` or `%s`, or `%(name)s` where `parameters` is a mapping."""
        self._hold_back(sql)
        with self._explaining():
            self.txn.execute(self.database_engine.fit_placeholders(sql, count_values(parameters)), parameters)

    def executemany(self, sql: str, *args: Any) -> None:
        """One statement for each item of the first argument."""
        self._hold_back(sql)
        with self._explaining():
            if not args:
                self.txn.executemany(self.database_engine.convert_param_style(sql))
                return
            values, items = _peek(args[0])
            self.txn.executemany(self.database_engine.fit_placeholders(sql, values), items, *args[1:])

    def execute_batch(self, sql: str, args: Iterable[Iterable[Any]]) -> None:
        """As `executemany`, in fewer round trips on PostgreSQL; `rowcount` says nothing afterwards."""
        if not isinstance(self.database_engine, PostgresEngine):
            self.executemany(sql, args)
            return
        from psycopg2.extras import execute_batch

        values, items = _peek(args)
        self._hold_back(sql)
        with self._explaining():
            execute_batch(self.txn, self.database_engine.fit_placeholders(sql, values), items)

    def execute_values(
        self, sql: str, values: Iterable[Iterable[Any]], template: str | None = None, fetch: bool = True
    ) -> list[tuple[Any, ...]]:
        """`VALUES ?` for many rows at once, on PostgreSQL alone. `fetch`: whether the statement returns rows."""
        engine = self.database_engine
        if not isinstance(engine, PostgresEngine):
            raise AssertionError("execute_values only exists on PostgreSQL: look at txn.database_engine")
        from psycopg2.extras import execute_values

        width, items = _peek(values)
        self._hold_back(sql)
        if template is not None:
            template = engine.fit_placeholders(template, width)
        with self._explaining():
            return execute_values(self.txn, engine.fit_placeholders(sql, 1), items, template=template, fetch=fetch)

    def executescript(self, sql: str) -> None:
        """Several statements, on SQLite alone. Commits what came before."""
        if not isinstance(self.database_engine, Sqlite3Engine):
            raise NotImplementedError(f"executescript only exists on SQLite, not on {type(self.database_engine)}")
        with self._explaining():
            if self.is_trial:
                for statement in _split_script(sql):
                    self._hold_back(statement)
                    self.txn.execute(statement)
                return
            self.txn.executescript(self.database_engine.convert_param_style(sql))

    def _hold_back(self, sql: str) -> None:
        """What a trial writes is rolled back, and it writes nothing after its time."""
        self.time_limit.check()
        if self.is_trial:
            held_back.count_if_write(sql)

    def fetchone(self) -> tuple[Any, ...] | None:
        return self.txn.fetchone()

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        return self.txn.fetchmany() if size is None else self.txn.fetchmany(size)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.txn.fetchall()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.txn)

    @property
    def rowcount(self) -> int:
        return self.txn.rowcount

    @property
    def description(self) -> Sequence[Any] | None:
        return self.txn.description

    def close(self) -> None:
        self.txn.close()

    def _explaining(self) -> MissingTables:
        return MissingTables(self.database_engine.config)

    def __enter__(self) -> LoggingTransaction:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _append(callbacks: Callbacks | None, callback: Callable[..., Any], args: Any, kwargs: Any) -> None:
    if callbacks is None:
        raise AssertionError("Outside of an interaction callbacks are never called")
    callbacks.append((callback, args, kwargs))


def _peek(items: Iterable[Any]) -> tuple[int | None, Iterable[Any]]:
    """How many values an item has, and all items."""
    iterator = iter(items)
    try:
        first = next(iterator)
    except StopIteration:
        return None, ()
    return count_values(first), items if iterator is not items else chain((first,), iterator)


def _split_script(script: str) -> Iterator[str]:
    from sqlite3 import complete_statement

    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if complete_statement(statement):
            if statement.strip(" \t\r\n;"):
                yield statement
            statement = ""
