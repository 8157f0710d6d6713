"""The names of `synapse.rest.media.v1.storage_provider` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.media.storage_provider import StorageProvider

__all__ = ["StorageProvider"]

guard(__name__)
