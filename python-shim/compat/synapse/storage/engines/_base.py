"""The names of `synapse.storage.engines._base` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.database.engines.engine import BaseDatabaseEngine, IncorrectDatabaseSetup, IsolationLevel

__all__ = ["BaseDatabaseEngine", "IncorrectDatabaseSetup", "IsolationLevel"]

guard(__name__)
