"""The names of `synapse.rest.media.v1.storage_provider` that are supported here."""

from media_bridge_shim.api.storage_provider import StorageProvider
from media_bridge_shim.api.unsupported import guard

__all__ = ["StorageProvider"]

guard(__name__)
