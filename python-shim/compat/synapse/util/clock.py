"""The names of `synapse.util.clock` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.asynchronous.clock import Clock

__all__ = ["Clock"]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "DelayedCallWrapper": "media_bridge_shim.api.asynchronous.clock",
        "Duration": "media_bridge_shim.api.helpers.duration",
        "log_failure": "media_bridge_shim.api.asynchronous.failures",
        "random_string_insecure_fast": "media_bridge_shim.api.vocabulary.stringutils",
    },
)
