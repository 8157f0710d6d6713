"""The names of `synapse.http` that are supported here."""

from media_bridge_shim.api.errors import RequestTimedOutError
from media_bridge_shim.api.unsupported import guard

__all__ = ["RequestTimedOutError"]

guard(__name__)
