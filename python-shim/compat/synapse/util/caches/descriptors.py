"""The names of `synapse.util.caches.descriptors` that are supported here."""

from media_bridge_shim.api.caches import CachedFunction, cached
from media_bridge_shim.api.unsupported import guard

__all__ = ["CachedFunction", "cached"]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.clock",
        "LruCache": "media_bridge_shim.api.more_caches",
        "delay_cancellation": "media_bridge_shim.api.async_helpers",
        "make_deferred_yieldable": "media_bridge_shim.api.logging_context",
        "preserve_fn": "media_bridge_shim.api.logging_context",
        "unwrapFirstError": "media_bridge_shim.api.failures",
    },
)
