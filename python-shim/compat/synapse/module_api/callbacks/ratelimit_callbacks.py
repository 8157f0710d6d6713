"""The names of `synapse.module_api.callbacks.ratelimit_callbacks` that are supported here."""

from media_bridge_shim.api.absent.placeholders import RatelimitModuleApiCallbacks
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.callback_types import Callback
from media_bridge_shim.api.vocabulary.types import RatelimitOverride

GET_RATELIMIT_OVERRIDE_FOR_USER_CALLBACK = Callback

__all__ = [
    "GET_RATELIMIT_OVERRIDE_FOR_USER_CALLBACK",
    "RatelimitModuleApiCallbacks",
    "RatelimitOverride",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "Measure": "media_bridge_shim.api.asynchronous.measure",
        "delay_cancellation": "media_bridge_shim.api.asynchronous.async_helpers",
    },
)
