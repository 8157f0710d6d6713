"""The names of `synapse.util.caches.cached_call` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "CachedCall": "media_bridge_shim.api.caches.response_cache",
        "RetryOnExceptionCachedCall": "media_bridge_shim.api.caches.response_cache",
        "make_deferred_yieldable": "media_bridge_shim.api.asynchronous.logging_context",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
    },
)
