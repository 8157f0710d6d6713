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

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "defer_to_thread": "media_bridge_shim.api.threads",
        "maybe_awaitable": "media_bridge_shim.api.awaitables",
        "run_in_background": "media_bridge_shim.api.logging_context",
        "start_active_span": "media_bridge_shim.api.tracing",
        "trace_with_opname": "media_bridge_shim.api.tracing",
    },
)
