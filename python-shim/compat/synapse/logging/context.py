"""The names of `synapse.logging.context` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.asynchronous.logging_context import (
    SENTINEL_CONTEXT,
    ContextRequest,
    LoggingContext,
    LoggingContextFilter,
    LoggingContextOrSentinel,
    PreserveLoggingContext,
    current_context,
    logcontext_error,
    make_deferred_yieldable,
    nested_logging_context,
    preserve_fn,
    run_coroutine_in_background,
    run_in_background,
    set_current_context,
)
from media_bridge_shim.api.asynchronous.threads import defer_to_thread, defer_to_threadpool

__all__ = [
    "ContextRequest",
    "LoggingContext",
    "LoggingContextFilter",
    "LoggingContextOrSentinel",
    "PreserveLoggingContext",
    "SENTINEL_CONTEXT",
    "current_context",
    "defer_to_thread",
    "defer_to_threadpool",
    "logcontext_error",
    "make_deferred_yieldable",
    "nested_logging_context",
    "preserve_fn",
    "run_coroutine_in_background",
    "run_in_background",
    "set_current_context",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "ContextResourceUsage": "media_bridge_shim.api.asynchronous.logging_context",
        "random_string_insecure_fast": "media_bridge_shim.api.vocabulary.stringutils",
    },
)
