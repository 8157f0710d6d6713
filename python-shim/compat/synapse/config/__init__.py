"""The names of `synapse.config` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.helpers.config import ConfigError

__all__ = ["ConfigError"]

guard(__name__)
