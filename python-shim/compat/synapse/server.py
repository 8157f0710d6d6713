"""The names of `synapse.server` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.homeserver.homeserver import HomeServer

__all__ = ["HomeServer"]

guard(__name__)
