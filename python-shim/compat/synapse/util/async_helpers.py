"""The names of `synapse.util.async_helpers` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.asynchronous.async_helpers import (
    Linearizer,
    ObservableDeferred,
    concurrently_execute,
    delay_cancellation,
    gather_results,
    stop_cancellation,
    timeout_deferred,
    yieldable_gather_results,
)
from media_bridge_shim.api.asynchronous.awaitables import maybe_awaitable
from media_bridge_shim.api.asynchronous.locks import (
    AwakenableSleeper,
    DeferredEvent,
    DoneAwaitable,
    ReadWriteLock,
    gather_optional_coroutines,
    observe_deferred,
    yieldable_gather_results_delaying_cancellation,
)

__all__ = [
    "AwakenableSleeper",
    "DeferredEvent",
    "DoneAwaitable",
    "Linearizer",
    "ObservableDeferred",
    "ReadWriteLock",
    "concurrently_execute",
    "delay_cancellation",
    "gather_optional_coroutines",
    "gather_results",
    "maybe_awaitable",
    "observe_deferred",
    "stop_cancellation",
    "timeout_deferred",
    "yieldable_gather_results",
    "yieldable_gather_results_delaying_cancellation",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "AbstractObservableDeferred": "media_bridge_shim.api.asynchronous.async_helpers",
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "Duration": "media_bridge_shim.api.helpers.duration",
        "PreserveLoggingContext": "media_bridge_shim.api.asynchronous.logging_context",
        "cancellable": "media_bridge_shim.web.answers.cancellation",
        "make_deferred_yieldable": "media_bridge_shim.api.asynchronous.logging_context",
        "run_coroutine_in_background": "media_bridge_shim.api.asynchronous.logging_context",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
    },
)
