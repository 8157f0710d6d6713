"""The names of `synapse.storage.engines` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.database.engines.engine import BaseDatabaseEngine, IncorrectDatabaseSetup
from media_bridge_shim.database.engines.engines import create_engine
from media_bridge_shim.database.engines.postgres_engine import PostgresEngine
from media_bridge_shim.database.engines.sqlite_engine import Sqlite3Engine

__all__ = ["BaseDatabaseEngine", "IncorrectDatabaseSetup", "PostgresEngine", "Sqlite3Engine", "create_engine"]

guard(__name__)
