"""Constants of `synapse.api.constants` that media modules hardly need."""

from __future__ import annotations

from typing import TypedDict

from .duration import Duration


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
