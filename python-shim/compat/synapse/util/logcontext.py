"""The names of `synapse.util.logcontext` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "LoggingContext": "media_bridge_shim.api.asynchronous.logging_context",
        "LoggingContextFilter": "media_bridge_shim.api.asynchronous.logging_context",
        "PreserveLoggingContext": "media_bridge_shim.api.asynchronous.logging_context",
        "current_context": "media_bridge_shim.api.asynchronous.logging_context",
        "defer_to_thread": "media_bridge_shim.api.asynchronous.threads",
        "make_deferred_yieldable": "media_bridge_shim.api.asynchronous.logging_context",
        "nested_logging_context": "media_bridge_shim.api.asynchronous.logging_context",
        "preserve_fn": "media_bridge_shim.api.asynchronous.logging_context",
        "run_coroutine_in_background": "media_bridge_shim.api.asynchronous.logging_context",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
    },
)
