"""The names of `synapse.logging.formatter` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "LogFormatter": "media_bridge_shim.api.helpers.log_formatter",
    },
)
