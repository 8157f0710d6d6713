"""The names of `synapse.config` that are supported here."""

from media_bridge_shim.api.config import ConfigError
from media_bridge_shim.api.unsupported import guard

__all__ = ["ConfigError"]

guard(__name__)
