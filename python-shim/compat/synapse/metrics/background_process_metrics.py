"""The names of `synapse.metrics.background_process_metrics` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.asynchronous.background import (
    BackgroundProcessLoggingContext,
    run_as_background_process,
    wrap_as_background_process,
)

__all__ = [
    "BackgroundProcessLoggingContext",
    "run_as_background_process",
    "wrap_as_background_process",
]

guard(__name__)
