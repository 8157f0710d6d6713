"""The names of `synapse.util.json` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "json_decoder": "media_bridge_shim.api.json_coders",
        "json_encoder": "media_bridge_shim.api.json_coders",
    },
)
