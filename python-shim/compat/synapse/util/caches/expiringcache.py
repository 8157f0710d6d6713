"""The names of `synapse.util.caches.expiringcache` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.clock",
        "Duration": "media_bridge_shim.api.duration",
        "ExpiringCache": "media_bridge_shim.api.more_caches",
    },
)
