"""The names of `synapse.types` that are supported here."""

from media_bridge_shim.api.ids import (
    MXID_LOCALPART_ALLOWED_CHARACTERS,
    DomainSpecificString,
    EventID,
    RoomAlias,
    RoomID,
    RoomIdWithDomain,
    UserID,
    contains_invalid_mxid_characters,
    get_domain_from_id,
    get_localpart_from_id,
    is_compliant_user_id_localpart,
    map_username_to_mxid_localpart,
)
from media_bridge_shim.api.json_types import (
    Absent,
    AbsentType,
    JsonDict,
    JsonMapping,
    JsonSerializable,
    MutableStateMap,
    StateKey,
    StateMap,
    StrCollection,
    StrSequence,
)
from media_bridge_shim.api.people import Requester, UserInfo, UserProfile, create_requester
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "Absent",
    "AbsentType",
    "DomainSpecificString",
    "EventID",
    "JsonDict",
    "JsonMapping",
    "JsonSerializable",
    "MXID_LOCALPART_ALLOWED_CHARACTERS",
    "MutableStateMap",
    "Requester",
    "RoomAlias",
    "RoomID",
    "RoomIdWithDomain",
    "StateKey",
    "StateMap",
    "StrCollection",
    "StrSequence",
    "UserID",
    "UserInfo",
    "UserProfile",
    "contains_invalid_mxid_characters",
    "create_requester",
    "get_domain_from_id",
    "get_localpart_from_id",
    "is_compliant_user_id_localpart",
    "map_username_to_mxid_localpart",
]

guard(__name__)
