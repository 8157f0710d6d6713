"""The names of `synapse.api.urls` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "CLIENT_API_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "ConfigError": "media_bridge_shim.api.helpers.config",
        "FEDERATION_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "FEDERATION_UNSTABLE_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "FEDERATION_V1_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "FEDERATION_V2_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "LEGACY_MEDIA_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "MEDIA_R0_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "MEDIA_V3_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "SERVER_KEY_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "STATIC_PREFIX": "media_bridge_shim.api.vocabulary.urls",
        "SYNAPSE_CLIENT_API_PREFIX": "media_bridge_shim.api.vocabulary.urls",
    },
)
