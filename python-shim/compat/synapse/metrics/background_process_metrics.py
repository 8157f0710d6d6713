"""The names of `synapse.metrics.background_process_metrics` that are supported here."""

from media_bridge_shim.api.background import (
    BackgroundProcessLoggingContext,
    run_as_background_process,
    wrap_as_background_process,
)
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "BackgroundProcessLoggingContext",
    "run_as_background_process",
    "wrap_as_background_process",
]

guard(__name__)
