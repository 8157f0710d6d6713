"""The names of `synapse.util.retryutils` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "CodeMessageException": "media_bridge_shim.api.vocabulary.errors",
        "NotRetryingDestination": "media_bridge_shim.api.vocabulary.errors",
        "StrCollection": "media_bridge_shim.api.vocabulary.json_types",
    },
)
