"""The names of `synapse.media._base` that are supported here."""

from media_bridge_shim.api.absent.placeholders import (
    add_file_headers,
    check_for_cached_entry_and_respond,
    get_filename_from_headers,
    respond_404,
    respond_with_304,
    respond_with_file,
    respond_with_multipart_responder,
    respond_with_responder,
)
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.media.file_sender import ThreadedFileSender
from media_bridge_shim.api.media.files import FileInfo, ThumbnailInfo
from media_bridge_shim.api.media.media_facts import (
    DEFAULT_MAX_TIMEOUT_MS,
    INLINE_CONTENT_TYPES,
    MAXIMUM_ALLOWED_MAX_TIMEOUT_MS,
    TEXT_CONTENT_TYPES,
    ConsumerRequestedStopError,
)
from media_bridge_shim.api.media.responders import Responder

__all__ = [
    "ConsumerRequestedStopError",
    "DEFAULT_MAX_TIMEOUT_MS",
    "FileInfo",
    "INLINE_CONTENT_TYPES",
    "MAXIMUM_ALLOWED_MAX_TIMEOUT_MS",
    "Responder",
    "TEXT_CONTENT_TYPES",
    "ThreadedFileSender",
    "ThumbnailInfo",
    "add_file_headers",
    "check_for_cached_entry_and_respond",
    "get_filename_from_headers",
    "respond_404",
    "respond_with_304",
    "respond_with_file",
    "respond_with_multipart_responder",
    "respond_with_responder",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "Codes": "media_bridge_shim.api.vocabulary.codes",
        "DeferredEvent": "media_bridge_shim.api.asynchronous.locks",
        "PreserveLoggingContext": "media_bridge_shim.api.asynchronous.logging_context",
        "SynapseRequest": "media_bridge_shim.web.request",
        "cs_error": "media_bridge_shim.api.vocabulary.errors",
        "defer_to_threadpool": "media_bridge_shim.api.asynchronous.threads",
        "finish_request": "media_bridge_shim.web.answers.answers",
        "is_ascii": "media_bridge_shim.api.vocabulary.stringutils",
        "make_deferred_yieldable": "media_bridge_shim.api.asynchronous.logging_context",
        "respond_with_json": "media_bridge_shim.web.answers.answers",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
    },
)
