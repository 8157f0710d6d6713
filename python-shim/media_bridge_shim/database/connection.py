"""Connections: the pool's, one for each of its threads, and what `runWithConnection` passes to a function."""

from __future__ import annotations

import logging
from typing import Any

from twisted.enterprise import adbapi

from .engines.engine import BaseDatabaseEngine
from .time_limit import NO_TIME_LIMIT, AnyTimeLimit
from .transaction import Callbacks, LoggingTransaction

logger = logging.getLogger("synapse.storage.txn")


class PooledConnection(adbapi.Connection):
    """The connection of the running thread, opened again where it was lost."""

    def open_again_if_lost(self, engine: BaseDatabaseEngine) -> None:
        if self._connection is None or engine.is_connection_closed(self._connection):
            self.reconnect()

    def end_transaction(self, engine: BaseDatabaseEngine) -> None:
        """Rolls back what another thread does on this connection."""
        if self._connection is not None:
            engine.end_transaction(self._connection)

    def rollback(self) -> None:
        """Rolls back. A connection that cannot is given up; the next use opens another one."""
        if self._connection is None:
            return
        try:
            self._connection.rollback()
        except Exception as error:
            logger.warning("A connection that could not roll back is given up: %s", error)
            lost, self._connection = self._connection, None
            self._pool.disconnect(lost)


class LoggingDatabaseConnection:
    """A connection whose cursors are transactions; everything else is the driver's."""

    def __init__(
        self,
        *,
        conn: Any,
        engine: BaseDatabaseEngine,
        default_txn_name: str,
        server_name: str,
        is_trial: bool = False,
        time_limit: AnyTimeLimit = NO_TIME_LIMIT,
    ) -> None:
        self.conn = conn
        self.engine = engine
        self.default_txn_name = default_txn_name
        self.server_name = server_name
        self._is_trial = is_trial
        self._time_limit = time_limit

    def cursor(
        self,
        *,
        txn_name: str | None = None,
        after_callbacks: Callbacks | None = None,
        async_after_callbacks: Callbacks | None = None,
        exception_callbacks: Callbacks | None = None,
    ) -> LoggingTransaction:
        return LoggingTransaction(
            txn=self.conn.cursor(),
            name=txn_name or self.default_txn_name,
            server_name=self.server_name,
            database_engine=self.engine,
            after_callbacks=after_callbacks,
            async_after_callbacks=async_after_callbacks,
            exception_callbacks=exception_callbacks,
            is_trial=self._is_trial,
            time_limit=self._time_limit,
        )

    def open_again_if_lost(self) -> None:
        if isinstance(self.conn, PooledConnection):
            self.conn.open_again_if_lost(self.engine)

    @property
    def is_trial(self) -> bool:
        return self._is_trial

    def begin_trial(self) -> None:
        self._time_limit.check()
        if self._is_trial and not self.engine.in_transaction(self.conn):
            self.engine.begin_trial(self.conn)

    def commit(self) -> None:
        """Keeps what was written; during `check` and `call`, which leave no traces, takes it back."""
        if self._is_trial:
            self.conn.rollback()
            self.begin_trial()
        else:
            self.conn.commit()

    def rollback(self) -> None:
        self.conn.rollback()

    def close(self) -> None:
        self.conn.close()

    def __enter__(self) -> LoggingDatabaseConnection:
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        if exc_type is None:
            self.commit()
        else:
            self.rollback()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.conn, name)
