"""The names of `synapse.events` that are supported here."""

from media_bridge_shim.api.event_base import EventBase
from media_bridge_shim.api.unsupported import guard

__all__ = ["EventBase"]

guard(__name__)
