"""The names of `synapse.util.threepids` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "MAX_EMAIL_ADDRESS_LENGTH": "media_bridge_shim.api.iteration",
        "canonicalise_email": "media_bridge_shim.api.iteration",
        "validate_email": "media_bridge_shim.api.iteration",
    },
)
