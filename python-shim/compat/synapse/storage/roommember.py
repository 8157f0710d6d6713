"""The names of `synapse.storage.roommember` that are supported here."""

from media_bridge_shim.api.types import ProfileInfo
from media_bridge_shim.api.unsupported import guard

__all__ = ["ProfileInfo"]

guard(__name__)
