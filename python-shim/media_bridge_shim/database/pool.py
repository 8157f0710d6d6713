"""The pool of database connections that modules share: functions run in its threads, each in a transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from twisted.enterprise import adbapi
from twisted.internet.defer import Deferred, ensureDeferred

from ..api.absent.unsupported import UnsupportedName, describe
from ..api.asynchronous.async_helpers import delay_cancellation
from ..context.running import copy_origin
from ..logs.heard import tell
from .connection import LoggingDatabaseConnection, PooledConnection
from .engines.engines import create_engine
from .missing_table import names_missing_table
from .simple_queries import SimpleQueries
from .time_limit import NO_TIME_LIMIT, AnyTimeLimit, TimeLimit
from .transaction import Callbacks

logger = logging.getLogger("synapse.storage.txn")

MAX_ATTEMPTS = 5


class DatabasePool(SimpleQueries):
    """`config` is `{name, args, …}` as in Synapse's `database:`.

    `is_trial` (for `check` and `call`): what functions write is rolled back at their end. With `max_transaction_ms` it
    is rolled back then at the latest.
    """

    def __init__(
        self,
        reactor: Any,
        config: Mapping[str, Any],
        server_name: str,
        *,
        is_trial: bool,
        max_transaction_ms: int | None = None,
    ) -> None:
        self.engine = create_engine({**config, "max_transaction_ms": max_transaction_ms})
        self.server_name = server_name
        self._is_trial = is_trial
        self._max_transaction_ms = max_transaction_ms
        self._numbers = count()
        self._db_pool = adbapi.ConnectionPool(
            self.engine.module.__name__,
            cp_reactor=reactor,
            cp_openfun=self.engine.on_new_connection,
            **self.engine.connect_arguments(),
        )
        self._db_pool.connectionFactory = PooledConnection

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnsupportedName(describe(f"DatabasePool.{name}"))

    def name(self) -> str:
        """The name of the configured database; Synapse's default."""
        return "master"

    def is_running(self) -> bool:
        return bool(self._db_pool.running)

    def close(self) -> None:
        """Closes every connection."""
        self._db_pool.close()

    def interact(
        self, desc: str, func: Callable[..., Any], args: Any, kwargs: Any, settings: Mapping[str, Any] | None = None
    ) -> Deferred[Any]:
        """Runs `func(txn, *args, **kwargs)` in a thread and commits; again, up to 5 times, where the database gave way.

        Fires with what it returned, after the callbacks that it asked for. A cancellation waits for the end of it all.
        """
        return delay_cancellation(ensureDeferred(self._interact(desc, func, args, kwargs, settings or {})))

    async def runInteraction(
        self,
        desc: str,
        func: Callable[..., Any],
        *args: Any,
        db_autocommit: bool = False,
        isolation_level: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Runs `func(txn, *args, **kwargs)` in a transaction. `db_autocommit` and levels have effect on PostgreSQL."""
        settings = {"db_autocommit": db_autocommit, "isolation_level": isolation_level}
        return await self.interact(desc, func, args, kwargs, settings)

    async def runWithConnection(
        self,
        func: Callable[..., Any],
        *args: Any,
        db_autocommit: bool = False,
        isolation_level: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Runs `func(connection, *args, **kwargs)` in a thread; once, whatever becomes of it."""

        def run(connection: LoggingDatabaseConnection) -> Any:
            with _Session(connection, db_autocommit, isolation_level):
                connection.begin_trial()
                result = func(connection, *args, **kwargs)
                connection.commit()
                return result

        return await self._in_thread("runWithConnection", run)

    async def execute(self, desc: str, query: str, *args: Any) -> list[tuple[Any, ...]]:
        """All rows of one query."""

        def fetch(txn: Any) -> list[tuple[Any, ...]]:
            txn.execute(query, args)
            return txn.fetchall()

        return await self.runInteraction(desc, fetch)

    def new_transaction(
        self,
        conn: LoggingDatabaseConnection,
        desc: str,
        after_callbacks: Callbacks,
        async_after_callbacks: Callbacks,
        exception_callbacks: Callbacks,
        func: Callable[..., Any],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Runs `func` on a connection, in its thread, until an attempt succeeds or there is no point in another."""
        name = f"{desc}-{next(self._numbers):x}"
        for attempt in range(1, MAX_ATTEMPTS + 1):
            conn.open_again_if_lost()
            try:
                conn.begin_trial()
                with conn.cursor(
                    txn_name=name,
                    after_callbacks=after_callbacks,
                    async_after_callbacks=async_after_callbacks,
                    exception_callbacks=exception_callbacks,
                ) as txn:
                    result = func(txn, *args, **kwargs)
                    conn.commit()
                    return result
            except self.engine.module.Error as error:
                if not self.engine.is_worth_retrying(error) or attempt == MAX_ATTEMPTS:
                    raise
                logger.warning("Transaction %s is tried again (%d of %d): %s", name, attempt, MAX_ATTEMPTS, error)
                conn.rollback()
        raise AssertionError("the last attempt returns or raises")

    async def _interact(
        self, desc: str, func: Callable[..., Any], args: Any, kwargs: Any, settings: Mapping[str, Any]
    ) -> Any:
        after: Callbacks = []
        async_after: Callbacks = []
        on_exception: Callbacks = []

        def run(connection: LoggingDatabaseConnection) -> Any:
            with _Session(connection, **settings):
                return self.new_transaction(connection, desc, after, async_after, on_exception, func, *args, **kwargs)

        try:
            result = await self._in_thread(desc, run)
            for callback, its_args, its_kwargs in async_after:
                await callback(*its_args, **its_kwargs)
            for callback, its_args, its_kwargs in after:
                callback(*its_args, **its_kwargs)
            return result
        except Exception as error:
            self._tell(desc, error)
            for callback, its_args, its_kwargs in on_exception:
                callback(*its_args, **its_kwargs)
            raise

    def _tell(self, desc: str, error: Exception) -> None:
        """Tells `call` of a database that cannot be used. What depends on the rows is the module's business."""
        module = self.engine.module
        failures = (module.OperationalError, module.ProgrammingError, module.InterfaceError)
        if isinstance(error, failures) and not names_missing_table(error):
            tell("error", f"{desc}: {type(error).__name__}: {error}")

    def _in_thread(self, desc: str, run: Callable[[LoggingDatabaseConnection], Any]) -> Deferred[Any]:
        # With the context variables of the caller: logging contexts, and whose module it is.
        context = copy_origin()
        return self._db_pool.runWithConnection(lambda conn: context.run(self._use, conn, desc, run))

    def _use(self, conn: PooledConnection, desc: str, run: Callable[[LoggingDatabaseConnection], Any]) -> Any:
        conn.open_again_if_lost(self.engine)
        with self._limit_time(conn, desc) as time_limit:
            return run(
                LoggingDatabaseConnection(
                    conn=conn,
                    engine=self.engine,
                    default_txn_name=desc,
                    server_name=self.server_name,
                    is_trial=self._is_trial,
                    time_limit=time_limit,
                )
            )

    def _limit_time(self, conn: PooledConnection, desc: str) -> AnyTimeLimit:
        if self._max_transaction_ms is None:
            return NO_TIME_LIMIT
        limit = TimeLimit(desc, self._max_transaction_ms / 1000, lambda: conn.end_transaction(self.engine))
        self.engine.set_time_limit(conn, lambda: limit.is_over)
        return limit


class _Session:
    """Settings of a connection for one use of it."""

    def __init__(
        self, connection: LoggingDatabaseConnection, db_autocommit: bool = False, isolation_level: int | None = None
    ) -> None:
        self._connection = connection
        self._db_autocommit = db_autocommit and not connection.is_trial
        self._isolation_level = isolation_level

    def __enter__(self) -> None:
        engine = self._connection.engine
        if self._db_autocommit:
            engine.attempt_to_set_autocommit(self._connection, True)
        if self._isolation_level is not None:
            engine.attempt_to_set_isolation_level(self._connection, self._isolation_level)

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        if not self._db_autocommit and self._isolation_level is None:
            return
        if exc_type is not None:
            self._connection.rollback()
            self._connection.open_again_if_lost()
        engine = self._connection.engine
        if self._db_autocommit:
            engine.attempt_to_set_autocommit(self._connection, False)
        if self._isolation_level is not None:
            engine.attempt_to_set_isolation_level(self._connection, None)
