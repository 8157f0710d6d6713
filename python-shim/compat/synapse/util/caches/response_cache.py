"""The names of `synapse.util.caches.response_cache` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.clock",
        "Duration": "media_bridge_shim.api.duration",
        "ObservableDeferred": "media_bridge_shim.api.async_helpers",
        "ResponseCache": "media_bridge_shim.api.response_cache",
        "ResponseCacheContext": "media_bridge_shim.api.response_cache",
        "active_span": "media_bridge_shim.api.tracing",
        "cancellable": "media_bridge_shim.web.cancellation",
        "delay_cancellation": "media_bridge_shim.api.async_helpers",
        "is_function_cancellable": "media_bridge_shim.web.cancellation",
        "make_deferred_yieldable": "media_bridge_shim.api.logging_context",
        "run_in_background": "media_bridge_shim.api.logging_context",
        "start_active_span": "media_bridge_shim.api.tracing",
        "start_active_span_follows_from": "media_bridge_shim.api.tracing",
    },
)
