"""The names of `synapse.media.media_storage` that are supported here."""

from media_bridge_shim.api.absent.placeholders import MediaStorage, MultipartFileConsumer
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.media.filepaths import MediaFilePaths
from media_bridge_shim.api.media.files import FileInfo, ReadableFileWrapper
from media_bridge_shim.api.media.media_facts import QuarantinedMediaException, SpamMediaException
from media_bridge_shim.api.media.responders import FileResponder, Responder

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
        "BackgroundFileConsumer": "media_bridge_shim.api.media.file_consumer",
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "Duration": "media_bridge_shim.api.helpers.duration",
        "FileStorageProviderBackend": "media_bridge_shim.api.media.storage_provider",
        "NotFoundError": "media_bridge_shim.api.vocabulary.errors",
        "SHA256TransparentIOReader": "media_bridge_shim.api.media.hashing_files",
        "SHA256TransparentIOWriter": "media_bridge_shim.api.media.hashing_files",
        "ThreadedFileSender": "media_bridge_shim.api.media.file_sender",
        "defer_to_thread": "media_bridge_shim.api.asynchronous.threads",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
        "start_active_span": "media_bridge_shim.api.asynchronous.tracing",
        "trace": "media_bridge_shim.api.asynchronous.tracing",
        "trace_with_opname": "media_bridge_shim.api.asynchronous.tracing",
    },
)
