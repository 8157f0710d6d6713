"""The names of `synapse.util.json` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "json_decoder": "media_bridge_shim.api.helpers.json_coders",
        "json_encoder": "media_bridge_shim.api.helpers.json_coders",
    },
)
