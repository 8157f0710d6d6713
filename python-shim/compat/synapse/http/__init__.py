"""The names of `synapse.http` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.errors import RequestTimedOutError
from media_bridge_shim.web.requests.addresses import get_request_uri, get_request_user_agent, redact_uri

__all__ = ["RequestTimedOutError", "get_request_uri", "get_request_user_agent", "redact_uri"]

guard(__name__)
