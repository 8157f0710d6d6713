"""The names of `synapse.media.storage_provider` that are supported here."""

from media_bridge_shim.api.absent.placeholders import StorageProviderWrapper
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.helpers.config import Config
from media_bridge_shim.api.media.files import FileInfo
from media_bridge_shim.api.media.responders import Responder
from media_bridge_shim.api.media.storage_provider import FileStorageProviderBackend, StorageProvider

__all__ = [
    "Config",
    "FileInfo",
    "FileStorageProviderBackend",
    "Responder",
    "StorageProvider",
    "StorageProviderWrapper",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "defer_to_thread": "media_bridge_shim.api.asynchronous.threads",
        "maybe_awaitable": "media_bridge_shim.api.asynchronous.awaitables",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
        "start_active_span": "media_bridge_shim.api.asynchronous.tracing",
        "trace_with_opname": "media_bridge_shim.api.asynchronous.tracing",
    },
)
