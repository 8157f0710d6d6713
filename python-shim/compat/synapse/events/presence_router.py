"""The names of `synapse.events.presence_router` that are supported here."""

from media_bridge_shim.api.callback_types import Callback
from media_bridge_shim.api.placeholders import PresenceRouter, load_legacy_presence_router
from media_bridge_shim.api.unsupported import guard

GET_INTERESTED_USERS_CALLBACK = Callback
GET_USERS_FOR_STATES_CALLBACK = Callback

__all__ = [
    "GET_INTERESTED_USERS_CALLBACK",
    "GET_USERS_FOR_STATES_CALLBACK",
    "PresenceRouter",
    "load_legacy_presence_router",
]

guard(__name__)
