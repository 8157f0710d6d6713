"""The names of `synapse.storage.types` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.database.engines.driver_types import Connection, Cursor, DBAPI2Module, SQLQueryParameters

__all__ = ["Connection", "Cursor", "DBAPI2Module", "SQLQueryParameters"]

guard(__name__)
