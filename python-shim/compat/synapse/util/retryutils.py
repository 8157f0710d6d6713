"""The names of `synapse.util.retryutils` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.clock",
        "CodeMessageException": "media_bridge_shim.api.errors",
        "NotRetryingDestination": "media_bridge_shim.api.errors",
        "StrCollection": "media_bridge_shim.api.json_types",
    },
)
