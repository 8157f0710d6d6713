"""The names of `synapse.util` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.asynchronous.clock import Clock
from media_bridge_shim.api.asynchronous.failures import ExceptionBundle, log_failure, unwrapFirstError
from media_bridge_shim.api.helpers.json_coders import json_decoder, json_encoder

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
        "JsonDict": "media_bridge_shim.api.vocabulary.json_types",
    },
)
