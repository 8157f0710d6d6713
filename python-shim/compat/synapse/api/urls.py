"""The names of `synapse.api.urls` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "CLIENT_API_PREFIX": "media_bridge_shim.api.urls",
        "ConfigError": "media_bridge_shim.api.config",
        "FEDERATION_PREFIX": "media_bridge_shim.api.urls",
        "FEDERATION_UNSTABLE_PREFIX": "media_bridge_shim.api.urls",
        "FEDERATION_V1_PREFIX": "media_bridge_shim.api.urls",
        "FEDERATION_V2_PREFIX": "media_bridge_shim.api.urls",
        "LEGACY_MEDIA_PREFIX": "media_bridge_shim.api.urls",
        "MEDIA_R0_PREFIX": "media_bridge_shim.api.urls",
        "MEDIA_V3_PREFIX": "media_bridge_shim.api.urls",
        "SERVER_KEY_PREFIX": "media_bridge_shim.api.urls",
        "STATIC_PREFIX": "media_bridge_shim.api.urls",
        "SYNAPSE_CLIENT_API_PREFIX": "media_bridge_shim.api.urls",
    },
)
