"""The names of `synapse.api.presence` that are supported here."""

from media_bridge_shim.api.absent.placeholders import UserDevicePresenceState
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.types import UserPresenceState

__all__ = [
    "UserDevicePresenceState",
    "UserPresenceState",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "JsonDict": "media_bridge_shim.api.vocabulary.json_types",
        "PresenceState": "media_bridge_shim.api.vocabulary.constants",
    },
)
