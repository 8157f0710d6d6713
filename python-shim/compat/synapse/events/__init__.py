"""The names of `synapse.events` that are supported here."""

from media_bridge_shim.api.event_base import EventBase
from media_bridge_shim.api.event_formats import EventMetadata, StrippedStateEvent
from media_bridge_shim.api.placeholders import (
    is_creator,
    make_event_from_dict,
    make_event_from_json,
    relation_from_event,
)
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "EventBase",
    "EventMetadata",
    "StrippedStateEvent",
    "is_creator",
    "make_event_from_dict",
    "make_event_from_json",
    "relation_from_event",
]

guard(__name__)
