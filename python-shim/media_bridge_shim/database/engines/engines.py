"""Which engine a configuration asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .engine import BaseDatabaseEngine
from .postgres_engine import PostgresEngine
from .sqlite_engine import Sqlite3Engine


def create_engine(database_config: Mapping[str, Any]) -> BaseDatabaseEngine:
    """`{name: "sqlite3" | "psycopg2", args: {…}}`, as in Synapse's `database:`."""
    name = database_config["name"]
    if name == "sqlite3":
        return Sqlite3Engine(database_config)
    if name == "psycopg2":
        return PostgresEngine(database_config)
    raise RuntimeError(f"{name!r} is not a database engine: expected sqlite3 or psycopg2")
