"""Queries of one table without SQL, as modules know them from Synapse's `db_pool`.

Each comes twice: `simple_…_txn` within a function's transaction, and `simple_…` in one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ..api.vocabulary.errors import StoreError
from .clauses import make_in_list_sql_clause

Keys = Mapping[str, Any]


class SimpleQueries:
    """Needs `runInteraction`. Names of tables and columns go into the SQL as they are."""

    runInteraction: Callable[..., Any]

    @staticmethod
    def simple_insert_txn(txn: Any, table: str, values: Keys) -> None:
        SimpleQueries.simple_insert_many_txn(txn, table, list(values), [tuple(values.values())])

    @staticmethod
    def simple_insert_many_txn(txn: Any, table: str, keys: Collection[str], values: Collection[Iterable[Any]]) -> None:
        txn.execute_batch(_insert(table, keys), [tuple(row) for row in values])

    @staticmethod
    def simple_upsert_txn(
        txn: Any,
        table: str,
        keyvalues: Keys,
        values: Keys,
        insertion_values: Keys | None = None,
        where_clause: str | None = None,
    ) -> bool:
        """The columns of `keyvalues` need a unique index. True where a row was written."""
        row = {**keyvalues, **values, **(insertion_values or {})}
        update = ", ".join(f"{column} = EXCLUDED.{column}" for column in values)
        where = f" WHERE {where_clause}" if where_clause else ""
        action = f"UPDATE SET {update}" if values else "NOTHING"
        sql = f"{_insert(table, row)} ON CONFLICT ({', '.join(keyvalues)}){where} DO {action}"
        txn.execute(sql, tuple(row.values()))
        return txn.rowcount > 0

    @staticmethod
    def simple_select_list_txn(
        txn: Any, table: str, keyvalues: Keys | None, retcols: Iterable[str]
    ) -> list[tuple[Any, ...]]:
        where, values = _where(keyvalues or {})
        txn.execute(f"SELECT {', '.join(retcols)} FROM {table}{where}", values)
        return txn.fetchall()

    @classmethod
    def simple_select_one_txn(
        cls, txn: Any, table: str, keyvalues: Keys, retcols: Collection[str], allow_none: bool = False
    ) -> tuple[Any, ...] | None:
        """The one row; `StoreError` where there is none (unless `allow_none`) or more than one."""
        rows = cls.simple_select_list_txn(txn, table, keyvalues, retcols)
        if not rows and allow_none:
            return None
        _expect_one(len(rows), table)
        return rows[0]

    @classmethod
    def simple_select_onecol_txn(cls, txn: Any, table: str, keyvalues: Keys | None, retcol: str) -> list[Any]:
        return [value for (value,) in cls.simple_select_list_txn(txn, table, keyvalues, [retcol])]

    @classmethod
    def simple_select_one_onecol_txn(
        cls, txn: Any, table: str, keyvalues: Keys, retcol: str, allow_none: bool = False
    ) -> Any:
        """The column of the first row; `StoreError` where there is none, unless `allow_none`."""
        found = cls.simple_select_onecol_txn(txn, table, keyvalues, retcol)
        if not found and not allow_none:
            _expect_one(0, table)
        return found[0] if found else None

    @staticmethod
    def simple_select_many_txn(
        txn: Any, table: str, column: str, iterable: Collection[Any], keyvalues: Keys, retcols: Iterable[str]
    ) -> list[tuple[Any, ...]]:
        if not iterable:
            return []
        clause, values = _where_in(txn, column, iterable, keyvalues)
        txn.execute(f"SELECT {', '.join(retcols)} FROM {table}{clause}", values)
        return txn.fetchall()

    @staticmethod
    def simple_update_txn(txn: Any, table: str, keyvalues: Keys, updatevalues: Keys) -> int:
        """How many rows it changed."""
        where, values = _where(keyvalues)
        changes = ", ".join(f"{column} = ?" for column in updatevalues)
        txn.execute(f"UPDATE {table} SET {changes}{where}", [*updatevalues.values(), *values])
        return txn.rowcount

    @classmethod
    def simple_update_one_txn(cls, txn: Any, table: str, keyvalues: Keys, updatevalues: Keys) -> None:
        """`StoreError` where it is not one row."""
        _expect_one(cls.simple_update_txn(txn, table, keyvalues, updatevalues), table)

    @staticmethod
    def simple_delete_txn(txn: Any, table: str, keyvalues: Keys) -> int:
        """How many rows it deleted."""
        where, values = _where(keyvalues)
        txn.execute(f"DELETE FROM {table}{where}", values)
        return txn.rowcount

    @classmethod
    def simple_delete_one_txn(cls, txn: Any, table: str, keyvalues: Keys) -> None:
        """`StoreError` where it is not one row."""
        _expect_one(cls.simple_delete_txn(txn, table, keyvalues), table)

    @staticmethod
    def simple_delete_many_txn(txn: Any, table: str, column: str, values: Collection[Any], keyvalues: Keys) -> int:
        """How many rows it deleted."""
        if not values:
            return 0
        clause, parameters = _where_in(txn, column, values, keyvalues)
        txn.execute(f"DELETE FROM {table}{clause}", parameters)
        return txn.rowcount

    async def simple_insert(self, table: str, values: Keys, desc: str = "simple_insert") -> None:
        await self.runInteraction(desc, self.simple_insert_txn, table, values)

    async def simple_insert_many(
        self, table: str, keys: Collection[str], values: Collection[Iterable[Any]], desc: str
    ) -> None:
        await self.runInteraction(desc, self.simple_insert_many_txn, table, keys, values)

    async def simple_upsert(
        self,
        table: str,
        keyvalues: Keys,
        values: Keys,
        insertion_values: Keys | None = None,
        where_clause: str | None = None,
        desc: str = "simple_upsert",
    ) -> bool:
        function = self.simple_upsert_txn
        return await self.runInteraction(desc, function, table, keyvalues, values, insertion_values, where_clause)

    async def simple_select_one(
        self,
        table: str,
        keyvalues: Keys,
        retcols: Collection[str],
        allow_none: bool = False,
        desc: str = "simple_select_one",
    ) -> tuple[Any, ...] | None:
        return await self.runInteraction(desc, self.simple_select_one_txn, table, keyvalues, retcols, allow_none)

    async def simple_select_one_onecol(
        self,
        table: str,
        keyvalues: Keys,
        retcol: str,
        allow_none: bool = False,
        desc: str = "simple_select_one_onecol",
    ) -> Any:
        return await self.runInteraction(desc, self.simple_select_one_onecol_txn, table, keyvalues, retcol, allow_none)

    async def simple_select_onecol(
        self, table: str, keyvalues: Keys | None, retcol: str, desc: str = "simple_select_onecol"
    ) -> list[Any]:
        return await self.runInteraction(desc, self.simple_select_onecol_txn, table, keyvalues, retcol)

    async def simple_select_list(
        self, table: str, keyvalues: Keys | None, retcols: Collection[str], desc: str = "simple_select_list"
    ) -> list[tuple[Any, ...]]:
        return await self.runInteraction(desc, self.simple_select_list_txn, table, keyvalues, retcols)

    async def simple_select_many_batch(
        self,
        table: str,
        column: str,
        iterable: Iterable[Any],
        retcols: Collection[str],
        keyvalues: Keys | None = None,
        desc: str = "simple_select_many_batch",
        batch_size: int = 100,
    ) -> list[tuple[Any, ...]]:
        wanted = list(iterable)
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(wanted), batch_size):
            batch = wanted[start : start + batch_size]
            function = self.simple_select_many_txn
            rows += await self.runInteraction(desc, function, table, column, batch, keyvalues or {}, retcols)
        return rows

    async def simple_update(self, table: str, keyvalues: Keys, updatevalues: Keys, desc: str) -> int:
        return await self.runInteraction(desc, self.simple_update_txn, table, keyvalues, updatevalues)

    async def simple_update_one(
        self, table: str, keyvalues: Keys, updatevalues: Keys, desc: str = "simple_update_one"
    ) -> None:
        await self.runInteraction(desc, self.simple_update_one_txn, table, keyvalues, updatevalues)

    async def simple_delete(self, table: str, keyvalues: Keys, desc: str) -> int:
        return await self.runInteraction(desc, self.simple_delete_txn, table, keyvalues)

    async def simple_delete_one(self, table: str, keyvalues: Keys, desc: str = "simple_delete_one") -> None:
        await self.runInteraction(desc, self.simple_delete_one_txn, table, keyvalues)

    async def simple_delete_many(
        self, table: str, column: str, iterable: Collection[Any], keyvalues: Keys, desc: str
    ) -> int:
        return await self.runInteraction(desc, self.simple_delete_many_txn, table, column, iterable, keyvalues)


def _insert(table: str, columns: Collection[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _where(keyvalues: Keys) -> tuple[str, list[Any]]:
    clauses = " AND ".join(f"{column} = ?" for column in keyvalues)
    return (f" WHERE {clauses}" if clauses else ""), list(keyvalues.values())


def _where_in(txn: Any, column: str, iterable: Collection[Any], keyvalues: Keys) -> tuple[str, list[Any]]:
    clause, values = make_in_list_sql_clause(txn.database_engine, column, iterable)
    clauses = [clause, *(f"{name} = ?" for name in keyvalues)]
    return f" WHERE {' AND '.join(clauses)}", [*values, *keyvalues.values()]


def _expect_one(count: int, table: str) -> None:
    if count == 0:
        raise StoreError(404, f"No row found ({table})")
    if count > 1:
        raise StoreError(500, f"More than one row matched ({table})")
