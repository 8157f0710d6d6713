"""The names of `synapse.rest.media.v1._base` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.media.files import FileInfo
from media_bridge_shim.api.media.responders import Responder

__all__ = ["FileInfo", "Responder"]

guard(__name__)
