"""The names of `synapse.util.caches.lrucache` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "Duration": "media_bridge_shim.api.helpers.duration",
        "LruCache": "media_bridge_shim.api.caches.more_caches",
    },
)
