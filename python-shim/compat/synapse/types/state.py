"""The names of `synapse.types.state` that are supported here."""

from media_bridge_shim.api.placeholders import StateFilter
from media_bridge_shim.api.unsupported import guard

__all__ = ["StateFilter"]

guard(__name__)
