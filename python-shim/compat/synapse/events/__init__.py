"""The names of `synapse.events` that are supported here."""

from media_bridge_shim.api.absent.placeholders import (
    is_creator,
    make_event_from_dict,
    make_event_from_json,
    relation_from_event,
)
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.event_base import EventBase
from media_bridge_shim.api.vocabulary.event_formats import EventMetadata, StrippedStateEvent

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
