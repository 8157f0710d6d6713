"""PostgreSQL through psycopg2, set up as modules know it from Synapse."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from .engine import BaseDatabaseEngine, IsolationLevel
from .parameter_style import for_postgres

STATEMENT_TIMEOUT_MS = 10 * 60 * 1000
IDLE_TIMEOUT_MS = 30 * 60 * 1000
# serialization_failure and deadlock_detected
GAVE_WAY = ("40001", "40P01")


class PostgresEngine(BaseDatabaseEngine):
    """Needs psycopg2 from the moment one is made; the class itself does not."""

    supports_using_any_list = True
    row_id_name = "ctid"

    def __init__(self, database_config: Mapping[str, Any]) -> None:
        super().__init__(import_module("psycopg2"), database_config)
        self._extensions = import_module("psycopg2.extensions")
        self.default_isolation_level: int = self._extensions.ISOLATION_LEVEL_REPEATABLE_READ
        self.synchronous_commit: bool = database_config.get("synchronous_commit", True)
        self.statement_timeout: int | None = database_config.get("statement_timeout", STATEMENT_TIMEOUT_MS)
        self.idle_in_transaction_session_timeout: int | None = database_config.get(
            "idle_in_transaction_session_timeout", IDLE_TIMEOUT_MS
        )
        limit_ms = database_config.get("max_transaction_ms")
        if limit_ms is not None:
            # The server ends the statement, and the session of a transaction that does nothing. Another thread
            # could not roll back: the driver makes it wait for the statement.
            self.statement_timeout = limit_ms
            self.idle_in_transaction_session_timeout = limit_ms
        self._version: int | None = None

    @property
    def server_version(self) -> str:
        version = self._version
        if version is None:
            raise RuntimeError("The version of the server is known once a connection was made")
        return f"{version // 10000}.{version % 10000}"

    def fit_placeholders(self, sql: str, values: int | None) -> str:
        return for_postgres(sql, values)

    def connect_arguments(self) -> dict[str, Any]:
        arguments = dict(self.config.get("args", {}))
        arguments.setdefault("cp_reconnect", True)
        # Where it talks, the pool writes all arguments into the log, the password among them.
        arguments["cp_noisy"] = False
        return arguments

    def on_new_connection(self, connection: Any) -> None:
        self._version = connection.server_version
        connection.set_isolation_level(self.default_isolation_level)
        with connection.cursor() as cursor:
            cursor.execute("SET bytea_output TO escape")
            if not self.synchronous_commit:
                cursor.execute("SET synchronous_commit TO OFF")
            if self.statement_timeout is not None:
                cursor.execute("SET statement_timeout TO %s", (self.statement_timeout,))
            if self.idle_in_transaction_session_timeout is not None:
                timeout = (self.idle_in_transaction_session_timeout,)
                cursor.execute("SET idle_in_transaction_session_timeout TO %s", timeout)
        connection.commit()

    def is_deadlock(self, error: Exception) -> bool:
        return isinstance(error, self.module.DatabaseError) and getattr(error, "pgcode", None) in GAVE_WAY

    def is_worth_retrying(self, error: Exception) -> bool:
        return isinstance(error, self.module.OperationalError) or self.is_deadlock(error)

    def is_connection_closed(self, conn: Any) -> bool:
        return bool(conn.closed)

    def in_transaction(self, conn: Any) -> bool:
        return conn.status != self._extensions.STATUS_READY

    def lock_table(self, txn: Any, table: str) -> None:
        txn.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")

    def attempt_to_set_autocommit(self, conn: Any, autocommit: bool) -> None:
        conn.set_session(autocommit=autocommit)

    def attempt_to_set_isolation_level(self, conn: Any, isolation_level: int | None) -> None:
        levels = {
            None: self.default_isolation_level,
            IsolationLevel.READ_COMMITTED: self._extensions.ISOLATION_LEVEL_READ_COMMITTED,
            IsolationLevel.REPEATABLE_READ: self._extensions.ISOLATION_LEVEL_REPEATABLE_READ,
            IsolationLevel.SERIALIZABLE: self._extensions.ISOLATION_LEVEL_SERIALIZABLE,
        }
        conn.set_isolation_level(levels[isolation_level])  # type: ignore[index]

    @staticmethod
    def executescript(cursor: Any, script: str) -> None:
        cursor.execute(f"COMMIT; BEGIN TRANSACTION; {script}")
