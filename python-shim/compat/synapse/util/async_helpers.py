"""The names of `synapse.util.async_helpers` that are supported here."""

from media_bridge_shim.api.async_helpers import (
    Linearizer,
    ObservableDeferred,
    concurrently_execute,
    delay_cancellation,
    gather_results,
    stop_cancellation,
    timeout_deferred,
    yieldable_gather_results,
)
from media_bridge_shim.api.awaitables import maybe_awaitable
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "Linearizer",
    "ObservableDeferred",
    "concurrently_execute",
    "delay_cancellation",
    "gather_results",
    "maybe_awaitable",
    "stop_cancellation",
    "timeout_deferred",
    "yieldable_gather_results",
]

guard(__name__)
