"""The names of `synapse.util.metrics` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "Clock": "media_bridge_shim.api.clock",
        "ContextResourceUsage": "media_bridge_shim.api.logging_context",
        "LoggingContext": "media_bridge_shim.api.logging_context",
        "Measure": "media_bridge_shim.api.measure",
        "current_context": "media_bridge_shim.api.logging_context",
        "measure_func": "media_bridge_shim.api.measure",
    },
)
