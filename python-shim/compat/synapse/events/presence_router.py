"""The names of `synapse.events.presence_router` that are supported here."""

from media_bridge_shim.api.absent.placeholders import PresenceRouter, load_legacy_presence_router
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.callback_types import Callback

GET_INTERESTED_USERS_CALLBACK = Callback
GET_USERS_FOR_STATES_CALLBACK = Callback

__all__ = [
    "GET_INTERESTED_USERS_CALLBACK",
    "GET_USERS_FOR_STATES_CALLBACK",
    "PresenceRouter",
    "load_legacy_presence_router",
]

guard(__name__)
