"""The names of `synapse.util.caches.response_cache` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "Duration": "media_bridge_shim.api.helpers.duration",
        "ObservableDeferred": "media_bridge_shim.api.asynchronous.async_helpers",
        "ResponseCache": "media_bridge_shim.api.caches.response_cache",
        "ResponseCacheContext": "media_bridge_shim.api.caches.response_cache",
        "active_span": "media_bridge_shim.api.asynchronous.tracing",
        "cancellable": "media_bridge_shim.web.answers.cancellation",
        "delay_cancellation": "media_bridge_shim.api.asynchronous.async_helpers",
        "is_function_cancellable": "media_bridge_shim.web.answers.cancellation",
        "make_deferred_yieldable": "media_bridge_shim.api.asynchronous.logging_context",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
        "start_active_span": "media_bridge_shim.api.asynchronous.tracing",
        "start_active_span_follows_from": "media_bridge_shim.api.asynchronous.tracing",
    },
)
