"""The names of `synapse.storage` that are supported here."""

from media_bridge_shim.api.absent.placeholders import DataStore
from media_bridge_shim.api.absent.unsupported import guard

__all__ = ["DataStore"]

guard(__name__)
