"""The names of `synapse.util` that are supported here."""

from media_bridge_shim.api.clock import Clock
from media_bridge_shim.api.failures import ExceptionBundle, log_failure, unwrapFirstError
from media_bridge_shim.api.json_coders import json_decoder, json_encoder
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "Clock",
    "ExceptionBundle",
    "json_decoder",
    "json_encoder",
    "log_failure",
    "unwrapFirstError",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "JsonDict": "media_bridge_shim.api.json_types",
    },
)
