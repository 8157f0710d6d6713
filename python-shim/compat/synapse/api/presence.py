"""The names of `synapse.api.presence` that are supported here."""

from media_bridge_shim.api.placeholders import UserDevicePresenceState
from media_bridge_shim.api.types import UserPresenceState
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "UserDevicePresenceState",
    "UserPresenceState",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "JsonDict": "media_bridge_shim.api.json_types",
        "PresenceState": "media_bridge_shim.api.constants",
    },
)
