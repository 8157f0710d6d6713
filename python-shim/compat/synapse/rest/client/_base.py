"""The names of `synapse.rest.client._base` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.web.requests.patterns import client_patterns, interactive_auth_handler, set_timeline_upper_limit

__all__ = ["client_patterns", "interactive_auth_handler", "set_timeline_upper_limit"]

guard(__name__)
