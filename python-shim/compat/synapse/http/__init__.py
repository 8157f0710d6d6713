"""The names of `synapse.http` that are supported here."""

from media_bridge_shim.api.errors import RequestTimedOutError
from media_bridge_shim.api.unsupported import guard
from media_bridge_shim.web.addresses import get_request_uri, get_request_user_agent, redact_uri

__all__ = ["RequestTimedOutError", "get_request_uri", "get_request_user_agent", "redact_uri"]

guard(__name__)
