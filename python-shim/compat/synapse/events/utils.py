"""The names of `synapse.events.utils` that are supported here."""

from media_bridge_shim.api.absent.placeholders import prune_event
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.event_formats import (
    format_event_for_client_v1,
    format_event_for_client_v2,
    format_event_for_client_v2_without_room_id,
    format_event_raw,
)

__all__ = [
    "format_event_for_client_v1",
    "format_event_for_client_v2",
    "format_event_for_client_v2_without_room_id",
    "format_event_raw",
    "prune_event",
]

guard(__name__)
