"""The names of `synapse.util.duration` that are supported here."""

from media_bridge_shim.api.duration import Duration
from media_bridge_shim.api.unsupported import guard

__all__ = ["Duration"]

guard(__name__)
