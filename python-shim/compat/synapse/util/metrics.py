"""The names of `synapse.util.metrics` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "ContextResourceUsage": "media_bridge_shim.api.asynchronous.logging_context",
        "LoggingContext": "media_bridge_shim.api.asynchronous.logging_context",
        "Measure": "media_bridge_shim.api.asynchronous.measure",
        "current_context": "media_bridge_shim.api.asynchronous.logging_context",
        "measure_func": "media_bridge_shim.api.asynchronous.measure",
    },
)
