"""The names of `synapse.module_api.callbacks.spamchecker_callbacks` that are supported here."""

from media_bridge_shim.api.absent.placeholders import SpamCheckerModuleApiCallbacks, load_legacy_spam_checkers
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.media.files import FileInfo, ReadableFileWrapper
from media_bridge_shim.api.vocabulary.callback_types import NOT_SPAM, Callback, RegistrationBehaviour
from media_bridge_shim.api.vocabulary.codes import Codes

CHECK_EVENT_FOR_SPAM_CALLBACK = Callback
CHECK_LOGIN_FOR_SPAM_CALLBACK = Callback
CHECK_MEDIA_FILE_FOR_SPAM_CALLBACK = Callback
CHECK_REGISTRATION_FOR_SPAM_CALLBACK = Callback
CHECK_USERNAME_FOR_SPAM_CALLBACK = Callback
FEDERATED_USER_MAY_INVITE_CALLBACK = Callback
LEGACY_CHECK_REGISTRATION_FOR_SPAM_CALLBACK = Callback
SHOULD_DROP_FEDERATED_EVENT_CALLBACK = Callback
USER_MAY_CREATE_ROOM_ALIAS_CALLBACK = Callback
USER_MAY_CREATE_ROOM_CALLBACK = Callback
USER_MAY_CREATE_ROOM_CALLBACK_RETURN_VALUE = Callback
USER_MAY_INVITE_CALLBACK = Callback
USER_MAY_JOIN_ROOM_CALLBACK = Callback
USER_MAY_PUBLISH_ROOM_CALLBACK = Callback
USER_MAY_SEND_3PID_INVITE_CALLBACK = Callback
USER_MAY_SEND_STATE_EVENT_CALLBACK = Callback

__all__ = [
    "CHECK_EVENT_FOR_SPAM_CALLBACK",
    "CHECK_LOGIN_FOR_SPAM_CALLBACK",
    "CHECK_MEDIA_FILE_FOR_SPAM_CALLBACK",
    "CHECK_REGISTRATION_FOR_SPAM_CALLBACK",
    "CHECK_USERNAME_FOR_SPAM_CALLBACK",
    "Codes",
    "FEDERATED_USER_MAY_INVITE_CALLBACK",
    "FileInfo",
    "LEGACY_CHECK_REGISTRATION_FOR_SPAM_CALLBACK",
    "NOT_SPAM",
    "ReadableFileWrapper",
    "RegistrationBehaviour",
    "SHOULD_DROP_FEDERATED_EVENT_CALLBACK",
    "SpamCheckerModuleApiCallbacks",
    "USER_MAY_CREATE_ROOM_ALIAS_CALLBACK",
    "USER_MAY_CREATE_ROOM_CALLBACK",
    "USER_MAY_CREATE_ROOM_CALLBACK_RETURN_VALUE",
    "USER_MAY_INVITE_CALLBACK",
    "USER_MAY_JOIN_ROOM_CALLBACK",
    "USER_MAY_PUBLISH_ROOM_CALLBACK",
    "USER_MAY_SEND_3PID_INVITE_CALLBACK",
    "USER_MAY_SEND_STATE_EVENT_CALLBACK",
    "load_legacy_spam_checkers",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "JsonDict": "media_bridge_shim.api.vocabulary.json_types",
        "Measure": "media_bridge_shim.api.asynchronous.measure",
        "RoomAlias": "media_bridge_shim.api.vocabulary.types",
        "UserProfile": "media_bridge_shim.api.vocabulary.types",
        "delay_cancellation": "media_bridge_shim.api.asynchronous.async_helpers",
        "maybe_awaitable": "media_bridge_shim.api.asynchronous.awaitables",
        "trace": "media_bridge_shim.api.asynchronous.tracing",
    },
)
