"""The names of `synapse.storage._base` that are supported here."""

from media_bridge_shim.api.placeholders import SQLBaseStore
from media_bridge_shim.api.unsupported import guard

__all__ = ["SQLBaseStore"]

guard(__name__)
