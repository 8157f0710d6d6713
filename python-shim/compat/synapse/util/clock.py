"""The names of `synapse.util.clock` that are supported here."""

from media_bridge_shim.api.clock import Clock
from media_bridge_shim.api.unsupported import guard

__all__ = ["Clock"]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "DelayedCallWrapper": "media_bridge_shim.api.clock",
        "Duration": "media_bridge_shim.api.duration",
        "log_failure": "media_bridge_shim.api.failures",
        "random_string_insecure_fast": "media_bridge_shim.api.stringutils",
    },
)
