"""The names of `synapse.media.media_storage` that are supported here."""

from media_bridge_shim.api.filepaths import MediaFilePaths
from media_bridge_shim.api.files import FileInfo, ReadableFileWrapper
from media_bridge_shim.api.media_facts import QuarantinedMediaException, SpamMediaException
from media_bridge_shim.api.placeholders import MediaStorage, MultipartFileConsumer
from media_bridge_shim.api.responders import FileResponder, Responder
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "FileInfo",
    "FileResponder",
    "MediaFilePaths",
    "MediaStorage",
    "MultipartFileConsumer",
    "QuarantinedMediaException",
    "ReadableFileWrapper",
    "Responder",
    "SpamMediaException",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "BackgroundFileConsumer": "media_bridge_shim.api.file_consumer",
        "Clock": "media_bridge_shim.api.clock",
        "Duration": "media_bridge_shim.api.duration",
        "FileStorageProviderBackend": "media_bridge_shim.api.storage_provider",
        "NotFoundError": "media_bridge_shim.api.errors",
        "SHA256TransparentIOReader": "media_bridge_shim.api.hashing_files",
        "SHA256TransparentIOWriter": "media_bridge_shim.api.hashing_files",
        "ThreadedFileSender": "media_bridge_shim.api.file_sender",
        "defer_to_thread": "media_bridge_shim.api.threads",
        "run_in_background": "media_bridge_shim.api.logging_context",
        "start_active_span": "media_bridge_shim.api.tracing",
        "trace": "media_bridge_shim.api.tracing",
        "trace_with_opname": "media_bridge_shim.api.tracing",
    },
)
