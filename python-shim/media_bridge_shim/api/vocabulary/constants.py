"""Words of the Matrix protocol, under the names of `synapse.api.constants` in Synapse 1.163."""

from __future__ import annotations

from enum import Enum
from typing import TypedDict

from ..helpers.duration import Duration

APP_SERVICE_REGISTRATION_TYPE = "m.login.application_service"
CANONICALJSON_MAX_INT = 9007199254740991
CANONICALJSON_MIN_INT = -9007199254740991
CREATOR_POWER_LEVEL = 9007199254740992
MAIN_TIMELINE = "main"
MAX_ALIAS_LENGTH = 255
MAX_DEPTH = 9007199254740991
MAX_EDUS_PER_TRANSACTION = 100
MAX_PDU_SIZE = 65536
MAX_REQUEST_SIZE = 13107200
MAX_TO_DEVICE_CONTENT_SIZE = 65536
MAX_USERID_LENGTH = 255
NUMBER_OF_RESERVED_EDUS_PER_TRANSACTION = 10
SOFT_MAX_EDU_SIZE = 65536
ServerNoticeLimitReached = "m.server_notice.usage_limit_reached"
ServerNoticeMsgType = "m.server_notice"


class AccountDataTypes:
    DIRECT = "m.direct"
    IGNORED_USER_LIST = "m.ignored_user_list"
    INVITE_PERMISSION_CONFIG = "m.invite_permission_config"
    MSC4155_INVITE_PERMISSION_CONFIG = "org.matrix.msc4155.invite_permission_config"
    PUSH_RULES = "m.push_rules"
    SYNAPSE_ADMIN_CLIENT_CONFIG = "io.element.synapse.admin_client_config"
    TAG = "m.tag"


class Direction(Enum):
    BACKWARDS = "b"
    FORWARDS = "f"


class EduTypes:
    DEVICE_LIST_UPDATE = "m.device_list_update"
    DIRECT_TO_DEVICE = "m.direct_to_device"
    PRESENCE = "m.presence"
    RECEIPT = "m.receipt"
    SIGNING_KEY_UPDATE = "m.signing_key_update"
    TYPING = "m.typing"
    UNSTABLE_SIGNING_KEY_UPDATE = "org.matrix.signing_key_update"


class EventContentFields:
    ADDITIONAL_CREATORS = "additional_creators"
    AUTHORISING_USER = "join_authorised_via_users_server"
    ENCRYPTION_ALGORITHM = "algorithm"
    FEDERATE = "m.federate"
    GUEST_ACCESS = "guest_access"
    JOIN_RULE = "join_rule"
    LABELS = "org.matrix.labels"
    MEMBERSHIP = "membership"
    MEMBERSHIP_AVATAR_URL = "avatar_url"
    MEMBERSHIP_DISPLAYNAME = "displayname"
    MENTIONS = "m.mentions"
    M_TEXT = "m.text"
    M_TOPIC = "m.topic"
    ROOM_CREATOR = "creator"
    ROOM_NAME = "name"
    ROOM_TYPE = "type"
    ROOM_VERSION = "room_version"
    SELF_DESTRUCT_AFTER = "org.matrix.self_destruct_after"
    TOMBSTONE_SUCCESSOR_ROOM = "replacement_room"
    TOPIC = "topic"
    TO_DEVICE_MSGID = "org.matrix.msgid"


class EventTypes:
    Aliases = "m.room.aliases"
    CallInvite = "m.call.invite"
    CanonicalAlias = "m.room.canonical_alias"
    Create = "m.room.create"
    Dummy = "org.matrix.dummy_event"
    Encrypted = "m.room.encrypted"
    GuestAccess = "m.room.guest_access"
    JoinRules = "m.room.join_rules"
    LiveLocationShareStart = "m.beacon_info"
    Member = "m.room.member"
    Message = "m.room.message"
    Name = "m.room.name"
    Pinned = "m.room.pinned_events"
    PollStart = "m.poll.start"
    PowerLevels = "m.room.power_levels"
    Reaction = "m.reaction"
    Redaction = "m.room.redaction"
    Retention = "m.room.retention"
    RoomAvatar = "m.room.avatar"
    RoomEncryption = "m.room.encryption"
    RoomHistoryVisibility = "m.room.history_visibility"
    RoomPolicy = "m.room.policy"
    ServerACL = "m.room.server_acl"
    SpaceChild = "m.space.child"
    SpaceParent = "m.space.parent"
    Sticker = "m.sticker"
    ThirdPartyInvite = "m.room.third_party_invite"
    Tombstone = "m.room.tombstone"
    Topic = "m.room.topic"


class GuestAccess:
    CAN_JOIN = "can_join"
    FORBIDDEN = "forbidden"


class HistoryVisibility:
    INVITED = "invited"
    JOINED = "joined"
    SHARED = "shared"
    WORLD_READABLE = "world_readable"


class JoinRules:
    INVITE = "invite"
    KNOCK = "knock"
    KNOCK_RESTRICTED = "knock_restricted"
    PRIVATE = "private"
    PUBLIC = "public"
    RESTRICTED = "restricted"


class LimitBlockingTypes:
    HS_DISABLED = "hs_disabled"
    MONTHLY_ACTIVE_USER = "monthly_active_user"


class LoginType:
    DUMMY = "m.login.dummy"
    EMAIL_IDENTITY = "m.login.email.identity"
    MSISDN = "m.login.msisdn"
    PASSWORD = "m.login.password"
    RECAPTCHA = "m.login.recaptcha"
    REGISTRATION_TOKEN = "m.login.registration_token"
    SSO = "m.login.sso"
    TERMS = "m.login.terms"


class MTextFields:
    BODY = "body"
    MIMETYPE = "mimetype"


class Membership:
    BAN = "ban"
    INVITE = "invite"
    JOIN = "join"
    KNOCK = "knock"
    LEAVE = "leave"
    LIST = frozenset({"ban", "invite", "join", "knock", "leave"})


class PresenceState:
    BUSY = "org.matrix.msc3026.busy"
    OFFLINE = "offline"
    ONLINE = "online"
    UNAVAILABLE = "unavailable"


class ProfileFields:
    AVATAR_URL = "avatar_url"
    DISPLAYNAME = "displayname"


class ProfileUpdateAction(str, Enum):
    JOINED_ROOM = "joined_room"
    LEFT_ROOM = "left_room"
    UPDATE = "update"


class ReceiptTypes:
    FULLY_READ = "m.fully_read"
    READ = "m.read"
    READ_PRIVATE = "m.read.private"


class RejectedReason:
    AUTH_ERROR = "auth_error"
    OVERSIZED_EVENT = "oversized_event"


class RelationTypes:
    ANNOTATION = "m.annotation"
    REFERENCE = "m.reference"
    REPLACE = "m.replace"
    THREAD = "m.thread"


class RoomCreationPreset:
    PRIVATE_CHAT = "private_chat"
    PUBLIC_CHAT = "public_chat"
    TRUSTED_PRIVATE_CHAT = "trusted_private_chat"


class RoomEncryptionAlgorithms:
    DEFAULT = "m.megolm.v1.aes-sha2"
    MEGOLM_V1_AES_SHA2 = "m.megolm.v1.aes-sha2"


class RoomTypes:
    SPACE = "m.space"


class ThirdPartyEntityKind:
    LOCATION = "location"
    USER = "user"


class ToDeviceEventTypes:
    RoomKeyRequest = "m.room_key_request"


class UserTypes:
    ALL_BUILTIN_USER_TYPES = ("support", "bot")
    BOT = "bot"
    SUPPORT = "support"


class ApprovalNoticeMedium:
    NONE = "org.matrix.msc3866.none"
    EMAIL = "org.matrix.msc3866.email"


class DeviceKeyAlgorithms:
    ED25519 = "ed25519"
    CURVE25519 = "curve25519"
    SIGNED_CURVE25519 = "signed_curve25519"


class EventUnsignedContentFields:
    MEMBERSHIP = "membership"
    STICKY_TTL = "msc4354_sticky_duration_ttl_ms"


class PublicRoomsFilterFields:
    GENERIC_SEARCH_TERM = "generic_search_term"
    ROOM_TYPES = "room_types"


class RestrictedJoinRuleTypes:
    ROOM_MEMBERSHIP = "m.room_membership"


class StateDag:
    GET_MISSING_EVENTS_FIELD = "org.matrix.msc4242.state_dag"
    MAX_MISSING_EVENTS = 1000


class StickyEvent:
    QUERY_PARAM_NAME = "org.matrix.msc4354.sticky_duration_ms"
    EVENT_FIELD_NAME = "msc4354_sticky"
    MAX_DURATION = Duration(hours=1)
    MAX_EVENTS_IN_SYNC = 100


class StickyEventField(TypedDict):
    duration_ms: int
