"""The names of `synapse.server` that are supported here."""

from media_bridge_shim.api.homeserver import HomeServer
from media_bridge_shim.api.unsupported import guard

__all__ = ["HomeServer"]

guard(__name__)
