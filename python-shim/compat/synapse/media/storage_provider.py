"""The names of `synapse.media.storage_provider` that are supported here."""

from media_bridge_shim.api.config import Config
from media_bridge_shim.api.files import FileInfo
from media_bridge_shim.api.placeholders import StorageProviderWrapper
from media_bridge_shim.api.responders import Responder
from media_bridge_shim.api.storage_provider import FileStorageProviderBackend, StorageProvider
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "Config",
    "FileInfo",
    "FileStorageProviderBackend",
    "Responder",
    "StorageProvider",
    "StorageProviderWrapper",
]

guard(__name__)
