"""The names of `synapse.util.clock` that are supported here."""

from media_bridge_shim.api.clock import Clock
from media_bridge_shim.api.unsupported import guard

__all__ = ["Clock"]

guard(__name__)
