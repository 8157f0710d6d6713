"""SQLite, set up as modules know it from Synapse."""

from __future__ import annotations

import logging
import sqlite3
import struct
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from .engine import BaseDatabaseEngine
from .parameter_style import for_sqlite

logger = logging.getLogger(__name__)

BUSY_TIMEOUT_SECONDS = 5.0
STEPS_BETWEEN_LOOKS = 100_000


class Sqlite3Engine(BaseDatabaseEngine):
    """`own`: the database of this service, whose log the service itself writes back to the file."""

    single_threaded = True
    row_id_name = "rowid"

    def __init__(self, database_config: Mapping[str, Any]) -> None:
        super().__init__(sqlite3, database_config)
        self._is_own = bool(database_config.get("own"))

    @property
    def supports_returning(self) -> bool:  # type: ignore[override]
        return sqlite3.sqlite_version_info >= (3, 35, 0)

    @property
    def server_version(self) -> str:
        return sqlite3.sqlite_version

    def fit_placeholders(self, sql: str, values: int | None) -> str:
        return for_sqlite(sql, values)

    def connect_arguments(self) -> dict[str, Any]:
        arguments = dict(self.config.get("args", {}))
        arguments.setdefault("timeout", BUSY_TIMEOUT_SECONDS)
        # A database that is not there is a mistake, not one to be made. One thread, as in Synapse: what a function
        # reads no other function of a module changes before it ends.
        uri = f"file:{quote(str(arguments['database']))}?mode=rw"
        arguments.update(database=uri, uri=True, check_same_thread=False, cp_min=1, cp_max=1)
        return arguments

    def on_new_connection(self, connection: sqlite3.Connection) -> None:
        connection.create_function("rank", 1, rank_match)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        if self._is_own:
            # The service flushes to disk, on a thread of its own: emptying the log would make the next writer wait.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.commit()

    def is_deadlock(self, error: Exception) -> bool:
        return False

    def is_worth_retrying(self, error: Exception) -> bool:
        # Pythons before 3.11 give no code. Other operational errors, such as a missing table, stay what they are.
        return isinstance(error, sqlite3.OperationalError) and " is locked" in str(error)

    def is_connection_closed(self, conn: Any) -> bool:
        return False

    def in_transaction(self, conn: Any) -> bool:
        return bool(conn.in_transaction)

    def begin_trial(self, conn: Any) -> None:
        conn.execute("BEGIN")

    def set_time_limit(self, conn: Any, is_over: Callable[[], bool]) -> None:
        # An interrupt ends what runs, and not a statement that begins a moment later: a rollback would wait for that.
        conn.set_progress_handler(is_over, STEPS_BETWEEN_LOOKS)

    def end_transaction(self, conn: Any) -> None:
        conn.interrupt()
        if not conn.in_transaction:
            return
        try:
            conn.rollback()
        except sqlite3.Error as error:
            # It is tried again in a moment.
            logger.debug("A transaction that takes too long could not be rolled back yet: %s", error)

    @staticmethod
    def executescript(cursor: sqlite3.Cursor, script: str) -> None:
        cursor.executescript(f"BEGIN TRANSACTION; {script}")


def rank_match(match_info: bytes) -> float:
    """How well a row fits a full text search, from `matchinfo()`: this row's hits as a share of all rows' hits."""
    numbers = struct.unpack(f"@{len(match_info) // 4}I", match_info)
    hits = numbers[2::3]
    hits_everywhere = numbers[3::3]
    return sum(here / everywhere for here, everywhere in zip(hits, hits_everywhere, strict=False) if here > 0)
