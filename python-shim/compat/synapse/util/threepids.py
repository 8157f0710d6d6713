"""The names of `synapse.util.threepids` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "MAX_EMAIL_ADDRESS_LENGTH": "media_bridge_shim.api.helpers.iteration",
        "canonicalise_email": "media_bridge_shim.api.helpers.iteration",
        "validate_email": "media_bridge_shim.api.helpers.iteration",
    },
)
