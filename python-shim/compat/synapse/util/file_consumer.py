"""The names of `synapse.util.file_consumer` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "BackgroundFileConsumer": "media_bridge_shim.api.media.file_consumer",
        "make_deferred_yieldable": "media_bridge_shim.api.asynchronous.logging_context",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
    },
)
