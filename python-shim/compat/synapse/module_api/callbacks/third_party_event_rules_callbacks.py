"""The names of `synapse.module_api.callbacks.third_party_event_rules_callbacks` that are supported here."""

from media_bridge_shim.api.absent.placeholders import (
    ThirdPartyEventRulesModuleApiCallbacks,
    load_legacy_third_party_event_rules,
)
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.callback_types import Callback

CHECK_CAN_DEACTIVATE_USER_CALLBACK = Callback
CHECK_CAN_SHUTDOWN_ROOM_CALLBACK = Callback
CHECK_EVENT_ALLOWED_CALLBACK = Callback
CHECK_THREEPID_CAN_BE_INVITED_CALLBACK = Callback
CHECK_VISIBILITY_CAN_BE_MODIFIED_CALLBACK = Callback
ON_ADD_USER_THIRD_PARTY_IDENTIFIER_CALLBACK = Callback
ON_CREATE_ROOM_CALLBACK = Callback
ON_NEW_EVENT_CALLBACK = Callback
ON_PROFILE_UPDATE_CALLBACK = Callback
ON_REMOVE_USER_THIRD_PARTY_IDENTIFIER_CALLBACK = Callback
ON_THREEPID_BIND_CALLBACK = Callback
ON_USER_DEACTIVATION_STATUS_CHANGED_CALLBACK = Callback

__all__ = [
    "CHECK_CAN_DEACTIVATE_USER_CALLBACK",
    "CHECK_CAN_SHUTDOWN_ROOM_CALLBACK",
    "CHECK_EVENT_ALLOWED_CALLBACK",
    "CHECK_THREEPID_CAN_BE_INVITED_CALLBACK",
    "CHECK_VISIBILITY_CAN_BE_MODIFIED_CALLBACK",
    "ON_ADD_USER_THIRD_PARTY_IDENTIFIER_CALLBACK",
    "ON_CREATE_ROOM_CALLBACK",
    "ON_NEW_EVENT_CALLBACK",
    "ON_PROFILE_UPDATE_CALLBACK",
    "ON_REMOVE_USER_THIRD_PARTY_IDENTIFIER_CALLBACK",
    "ON_THREEPID_BIND_CALLBACK",
    "ON_USER_DEACTIVATION_STATUS_CHANGED_CALLBACK",
    "ThirdPartyEventRulesModuleApiCallbacks",
    "load_legacy_third_party_event_rules",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "EventBase": "media_bridge_shim.api.vocabulary.event_base",
        "ModuleFailedException": "media_bridge_shim.api.vocabulary.errors",
        "ProfileInfo": "media_bridge_shim.api.vocabulary.types",
        "Requester": "media_bridge_shim.api.vocabulary.types",
        "StateMap": "media_bridge_shim.api.vocabulary.json_types",
        "SynapseError": "media_bridge_shim.api.vocabulary.errors",
        "delay_cancellation": "media_bridge_shim.api.asynchronous.async_helpers",
        "maybe_awaitable": "media_bridge_shim.api.asynchronous.awaitables",
    },
)
