"""The names of `synapse.module_api.callbacks.federation` that are supported here."""

from media_bridge_shim.api.absent.placeholders import FederationEventDeliveryEvent, FederationModuleApiCallbacks
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.callback_types import Callback

ON_EVENT_DELIVERED_OVER_FEDERATION_CALLBACK = Callback

__all__ = [
    "FederationEventDeliveryEvent",
    "FederationModuleApiCallbacks",
    "ON_EVENT_DELIVERED_OVER_FEDERATION_CALLBACK",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "EventBase": "media_bridge_shim.api.vocabulary.event_base",
    },
)
