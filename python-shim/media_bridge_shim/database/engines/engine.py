"""What the engines have in common. Modules ask them what SQL to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any


class IsolationLevel(IntEnum):
    READ_COMMITTED = 1
    REPEATABLE_READ = 2
    SERIALIZABLE = 3


class IncorrectDatabaseSetup(RuntimeError):
    """The database was set up in a way that cannot be worked with."""


class BaseDatabaseEngine:
    """One kind of database. `module` is its driver, with the exception classes that modules see."""

    single_threaded: bool = False
    """Whether one connection does all the work."""
    supports_using_any_list: bool = False
    """Whether `column = ANY(?)` takes a list."""
    supports_returning: bool = True
    """Whether `INSERT … RETURNING` is known."""
    can_native_upsert: bool = True
    row_id_name: str
    """The column that tells rows apart in every table."""

    def __init__(self, module: Any, config: Mapping[str, Any]) -> None:
        self.module = module
        self.config = config

    @property
    def server_version(self) -> str:
        """Such as `8.1.5`."""
        raise NotImplementedError

    def convert_param_style(self, sql: str) -> str:
        """`sql` with the placeholders of the driver, where all that can be placeholders are."""
        return self.fit_placeholders(sql, None)

    def fit_placeholders(self, sql: str, values: int | None) -> str:
        """`sql` with the placeholders of the driver, for that many positional values."""
        raise NotImplementedError

    def connect_arguments(self) -> dict[str, Any]:
        """Keywords for the driver and, beginning with `cp_`, for the pool."""
        raise NotImplementedError

    def on_new_connection(self, connection: Any) -> None:
        """Sets up a connection of the driver."""
        raise NotImplementedError

    def check_database(self, db_conn: Any, allow_outdated_version: bool = False) -> None:
        """Nothing to check: what made the database has done it."""

    def check_new_database(self, txn: Any) -> None:
        """Nothing to check: this service makes no database of a homeserver."""

    def is_deadlock(self, error: Exception) -> bool:
        """Whether the transaction had to give way to another one."""
        raise NotImplementedError

    def is_worth_retrying(self, error: Exception) -> bool:
        """Whether the same function may succeed on another attempt."""
        raise NotImplementedError

    def is_connection_closed(self, conn: Any) -> bool:
        raise NotImplementedError

    def in_transaction(self, conn: Any) -> bool:
        raise NotImplementedError

    def lock_table(self, txn: Any, table: str) -> None:
        """Keeps others from writing to the table until the transaction ends, where the engine does not anyway."""

    def attempt_to_set_autocommit(self, conn: Any, autocommit: bool) -> None:
        """Every statement commits by itself from here on, where the engine can do that."""

    def attempt_to_set_isolation_level(self, conn: Any, isolation_level: int | None) -> None:
        """None: the default. Without effect where the engine has one level only."""

    def begin_trial(self, conn: Any) -> None:
        """Makes sure that a rollback will undo everything."""

    def set_time_limit(self, conn: Any, is_over: Callable[[], bool]) -> None:
        """Statements end once `is_over` says so, where the engine asks."""

    def end_transaction(self, conn: Any) -> None:
        """Ends the running statement and rolls back, called on another thread than the transaction's."""

    @staticmethod
    def executescript(cursor: Any, script: str) -> None:
        """Commits, then runs statements in a transaction that is left open."""
        raise NotImplementedError
