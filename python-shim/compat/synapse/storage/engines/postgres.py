"""The names of `synapse.storage.engines.postgres` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.database.engines.postgres_engine import PostgresEngine

__all__ = ["PostgresEngine"]

guard(__name__)
