"""The names of `synapse.http.client` that are supported here."""

from media_bridge_shim.api.http_client import SimpleHttpClient
from media_bridge_shim.api.unsupported import guard

__all__ = ["SimpleHttpClient"]

guard(__name__)
