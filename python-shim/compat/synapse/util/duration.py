"""The names of `synapse.util.duration` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.helpers.duration import Duration

__all__ = ["Duration"]

guard(__name__)
