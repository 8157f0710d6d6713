"""The names of `synapse.events.utils` that are supported here."""

from media_bridge_shim.api.event_formats import (
    format_event_for_client_v1,
    format_event_for_client_v2,
    format_event_for_client_v2_without_room_id,
    format_event_raw,
)
from media_bridge_shim.api.placeholders import prune_event
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "format_event_for_client_v1",
    "format_event_for_client_v2",
    "format_event_for_client_v2_without_room_id",
    "format_event_raw",
    "prune_event",
]

guard(__name__)
