"""The names of `synapse.storage.engines.sqlite` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.database.engines.sqlite_engine import Sqlite3Engine

__all__ = ["Sqlite3Engine"]

guard(__name__)
