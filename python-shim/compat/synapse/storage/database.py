"""The names of `synapse.storage.database` that are supported here."""

from media_bridge_shim.api.placeholders import DatabasePool, LoggingDatabaseConnection, LoggingTransaction
from media_bridge_shim.api.unsupported import guard

__all__ = ["DatabasePool", "LoggingDatabaseConnection", "LoggingTransaction"]

guard(__name__)
