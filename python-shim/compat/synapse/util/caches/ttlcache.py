"""The names of `synapse.util.caches.ttlcache` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "TTLCache": "media_bridge_shim.api.caches.more_caches",
    },
)
