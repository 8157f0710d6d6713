"""The names of `synapse.module_api` that are supported here."""

import synapse.module_api.callbacks as callbacks
import synapse.module_api.errors as errors
from media_bridge_shim.api.absent.placeholders import (
    AuthHandler,
    DataStore,
    HttpPusher,
    PresenceRouter,
    RuleSpec,
    SpamCheckerModuleApiCallbacks,
    StateFilter,
)
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.asynchronous.awaitables import maybe_awaitable
from media_bridge_shim.api.asynchronous.background import run_as_background_process
from media_bridge_shim.api.asynchronous.clock import Clock
from media_bridge_shim.api.asynchronous.logging_context import make_deferred_yieldable, run_in_background
from media_bridge_shim.api.asynchronous.threads import defer_to_thread, defer_to_threadpool
from media_bridge_shim.api.caches.caches import CachedFunction, cached
from media_bridge_shim.api.calls.account_data import AccountDataManager
from media_bridge_shim.api.calls.room_list import PublicRoomListManager
from media_bridge_shim.api.helpers.config import ConfigError
from media_bridge_shim.api.helpers.duration import Duration
from media_bridge_shim.api.helpers.frozenutils import freeze
from media_bridge_shim.api.homeserver.http_client import SimpleHttpClient
from media_bridge_shim.api.module_api import ModuleApi
from media_bridge_shim.api.vocabulary.callback_types import NOT_SPAM, Callback, LoginResponse
from media_bridge_shim.api.vocabulary.codes import Codes
from media_bridge_shim.api.vocabulary.constants import ProfileFields
from media_bridge_shim.api.vocabulary.errors import SynapseError
from media_bridge_shim.api.vocabulary.event_base import EventBase
from media_bridge_shim.api.vocabulary.json_types import Absent, AbsentType, JsonDict, JsonMapping, StateMap
from media_bridge_shim.api.vocabulary.push_rules import check_actions
from media_bridge_shim.api.vocabulary.types import (
    PRESENCE_ALL_USERS,
    DomainSpecificString,
    ProfileInfo,
    RatelimitOverride,
    Requester,
    RoomAlias,
    RoomID,
    UserID,
    UserInfo,
    UserIpAndAgent,
    UserPresenceState,
    UserProfile,
    create_requester,
)
from media_bridge_shim.api.vocabulary.upload_limit import MediaUploadLimit
from media_bridge_shim.database.transaction import LoggingTransaction

ADD_EXTRA_FIELDS_TO_UNSIGNED_CLIENT_EVENT_CALLBACK = Callback
CHECK_3PID_AUTH_CALLBACK = Callback
CHECK_AUTH_CALLBACK = Callback
CHECK_CAN_DEACTIVATE_USER_CALLBACK = Callback
CHECK_CAN_SHUTDOWN_ROOM_CALLBACK = Callback
CHECK_EVENT_ALLOWED_CALLBACK = Callback
CHECK_EVENT_FOR_SPAM_CALLBACK = Callback
CHECK_LOGIN_FOR_SPAM_CALLBACK = Callback
CHECK_MEDIA_FILE_FOR_SPAM_CALLBACK = Callback
CHECK_REGISTRATION_FOR_SPAM_CALLBACK = Callback
CHECK_THREEPID_CAN_BE_INVITED_CALLBACK = Callback
CHECK_USERNAME_FOR_SPAM_CALLBACK = Callback
CHECK_VISIBILITY_CAN_BE_MODIFIED_CALLBACK = Callback
DEFAULT_BATCH_SIZE_CALLBACK = Callback
FEDERATED_USER_MAY_INVITE_CALLBACK = Callback
GET_DISPLAYNAME_FOR_REGISTRATION_CALLBACK = Callback
GET_INTERESTED_USERS_CALLBACK = Callback
GET_MEDIA_CONFIG_FOR_USER_CALLBACK = Callback
GET_MEDIA_UPLOAD_LIMITS_FOR_USER_CALLBACK = Callback
GET_RATELIMIT_OVERRIDE_FOR_USER_CALLBACK = Callback
GET_USERNAME_FOR_REGISTRATION_CALLBACK = Callback
GET_USERS_FOR_STATES_CALLBACK = Callback
IS_3PID_ALLOWED_CALLBACK = Callback
IS_USER_ALLOWED_TO_UPLOAD_MEDIA_OF_SIZE_CALLBACK = Callback
IS_USER_EXPIRED_CALLBACK = Callback
MIN_BATCH_SIZE_CALLBACK = Callback
ON_ACCOUNT_DATA_UPDATED_CALLBACK = Callback
ON_ADD_USER_THIRD_PARTY_IDENTIFIER_CALLBACK = Callback
ON_CREATE_ROOM_CALLBACK = Callback
ON_EVENT_DELIVERED_OVER_FEDERATION_CALLBACK = Callback
ON_LEGACY_ADMIN_REQUEST = Callback
ON_LEGACY_RENEW_CALLBACK = Callback
ON_LEGACY_SEND_MAIL_CALLBACK = Callback
ON_LOGGED_OUT_CALLBACK = Callback
ON_MEDIA_UPLOAD_LIMIT_EXCEEDED_CALLBACK = Callback
ON_NEW_EVENT_CALLBACK = Callback
ON_PROFILE_UPDATE_CALLBACK = Callback
ON_REMOVE_USER_THIRD_PARTY_IDENTIFIER_CALLBACK = Callback
ON_THREEPID_BIND_CALLBACK = Callback
ON_UPDATE_CALLBACK = Callback
ON_USER_DEACTIVATION_STATUS_CHANGED_CALLBACK = Callback
ON_USER_LOGIN_CALLBACK = Callback
ON_USER_REGISTRATION_CALLBACK = Callback
SHOULD_DROP_FEDERATED_EVENT_CALLBACK = Callback
USER_MAY_CREATE_ROOM_ALIAS_CALLBACK = Callback
USER_MAY_CREATE_ROOM_CALLBACK = Callback
USER_MAY_INVITE_CALLBACK = Callback
USER_MAY_JOIN_ROOM_CALLBACK = Callback
USER_MAY_PUBLISH_ROOM_CALLBACK = Callback
USER_MAY_SEND_3PID_INVITE_CALLBACK = Callback
USER_MAY_SEND_STATE_EVENT_CALLBACK = Callback

__all__ = [
    "ADD_EXTRA_FIELDS_TO_UNSIGNED_CLIENT_EVENT_CALLBACK",
    "Absent",
    "AbsentType",
    "AccountDataManager",
    "AuthHandler",
    "CHECK_3PID_AUTH_CALLBACK",
    "CHECK_AUTH_CALLBACK",
    "CHECK_CAN_DEACTIVATE_USER_CALLBACK",
    "CHECK_CAN_SHUTDOWN_ROOM_CALLBACK",
    "CHECK_EVENT_ALLOWED_CALLBACK",
    "CHECK_EVENT_FOR_SPAM_CALLBACK",
    "CHECK_LOGIN_FOR_SPAM_CALLBACK",
    "CHECK_MEDIA_FILE_FOR_SPAM_CALLBACK",
    "CHECK_REGISTRATION_FOR_SPAM_CALLBACK",
    "CHECK_THREEPID_CAN_BE_INVITED_CALLBACK",
    "CHECK_USERNAME_FOR_SPAM_CALLBACK",
    "CHECK_VISIBILITY_CAN_BE_MODIFIED_CALLBACK",
    "CachedFunction",
    "Clock",
    "Codes",
    "ConfigError",
    "DEFAULT_BATCH_SIZE_CALLBACK",
    "DataStore",
    "DomainSpecificString",
    "Duration",
    "EventBase",
    "FEDERATED_USER_MAY_INVITE_CALLBACK",
    "GET_DISPLAYNAME_FOR_REGISTRATION_CALLBACK",
    "GET_INTERESTED_USERS_CALLBACK",
    "GET_MEDIA_CONFIG_FOR_USER_CALLBACK",
    "GET_MEDIA_UPLOAD_LIMITS_FOR_USER_CALLBACK",
    "GET_RATELIMIT_OVERRIDE_FOR_USER_CALLBACK",
    "GET_USERNAME_FOR_REGISTRATION_CALLBACK",
    "GET_USERS_FOR_STATES_CALLBACK",
    "HttpPusher",
    "IS_3PID_ALLOWED_CALLBACK",
    "IS_USER_ALLOWED_TO_UPLOAD_MEDIA_OF_SIZE_CALLBACK",
    "IS_USER_EXPIRED_CALLBACK",
    "JsonDict",
    "JsonMapping",
    "LoggingTransaction",
    "LoginResponse",
    "MIN_BATCH_SIZE_CALLBACK",
    "MediaUploadLimit",
    "ModuleApi",
    "NOT_SPAM",
    "ON_ACCOUNT_DATA_UPDATED_CALLBACK",
    "ON_ADD_USER_THIRD_PARTY_IDENTIFIER_CALLBACK",
    "ON_CREATE_ROOM_CALLBACK",
    "ON_EVENT_DELIVERED_OVER_FEDERATION_CALLBACK",
    "ON_LEGACY_ADMIN_REQUEST",
    "ON_LEGACY_RENEW_CALLBACK",
    "ON_LEGACY_SEND_MAIL_CALLBACK",
    "ON_LOGGED_OUT_CALLBACK",
    "ON_MEDIA_UPLOAD_LIMIT_EXCEEDED_CALLBACK",
    "ON_NEW_EVENT_CALLBACK",
    "ON_PROFILE_UPDATE_CALLBACK",
    "ON_REMOVE_USER_THIRD_PARTY_IDENTIFIER_CALLBACK",
    "ON_THREEPID_BIND_CALLBACK",
    "ON_UPDATE_CALLBACK",
    "ON_USER_DEACTIVATION_STATUS_CHANGED_CALLBACK",
    "ON_USER_LOGIN_CALLBACK",
    "ON_USER_REGISTRATION_CALLBACK",
    "PRESENCE_ALL_USERS",
    "PresenceRouter",
    "ProfileFields",
    "ProfileInfo",
    "PublicRoomListManager",
    "RatelimitOverride",
    "Requester",
    "RuleSpec",
    "RoomAlias",
    "RoomID",
    "SHOULD_DROP_FEDERATED_EVENT_CALLBACK",
    "SimpleHttpClient",
    "SpamCheckerModuleApiCallbacks",
    "StateFilter",
    "StateMap",
    "SynapseError",
    "USER_MAY_CREATE_ROOM_ALIAS_CALLBACK",
    "USER_MAY_CREATE_ROOM_CALLBACK",
    "USER_MAY_INVITE_CALLBACK",
    "USER_MAY_JOIN_ROOM_CALLBACK",
    "USER_MAY_PUBLISH_ROOM_CALLBACK",
    "USER_MAY_SEND_3PID_INVITE_CALLBACK",
    "USER_MAY_SEND_STATE_EVENT_CALLBACK",
    "UserID",
    "UserInfo",
    "UserIpAndAgent",
    "UserPresenceState",
    "UserProfile",
    "cached",
    "callbacks",
    "check_actions",
    "create_requester",
    "defer_to_thread",
    "defer_to_threadpool",
    "errors",
    "freeze",
    "make_deferred_yieldable",
    "maybe_awaitable",
    "run_as_background_process",
    "run_in_background",
]

guard(
    __name__,
    {
        "DatabasePool": "media_bridge_shim.database.pool",
        "DirectServeHtmlResource": "media_bridge_shim.web.resources.async_resources",
        "DirectServeJsonResource": "media_bridge_shim.web.resources.async_resources",
        "SynapseRequest": "media_bridge_shim.web.request",
        "parse_json_object_from_request": "media_bridge_shim.web.requests.bodies",
        "respond_with_html": "media_bridge_shim.web.answers.answers",
    },
)
