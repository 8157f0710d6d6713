"""The names of `synapse.config._base` that are supported here."""

from media_bridge_shim.api.config import Config, ConfigError
from media_bridge_shim.api.unsupported import guard

__all__ = ["Config", "ConfigError"]

guard(__name__)
