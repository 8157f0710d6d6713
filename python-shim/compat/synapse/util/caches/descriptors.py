"""The names of `synapse.util.caches.descriptors` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.caches.caches import CachedFunction, cached

__all__ = ["CachedFunction", "cached"]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "LruCache": "media_bridge_shim.api.caches.more_caches",
        "delay_cancellation": "media_bridge_shim.api.asynchronous.async_helpers",
        "make_deferred_yieldable": "media_bridge_shim.api.asynchronous.logging_context",
        "preserve_fn": "media_bridge_shim.api.asynchronous.logging_context",
        "unwrapFirstError": "media_bridge_shim.api.asynchronous.failures",
    },
)
