"""The names of `synapse.util.hash` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "sha256_and_url_safe_base64": "media_bridge_shim.api.helpers.iteration",
    },
)
