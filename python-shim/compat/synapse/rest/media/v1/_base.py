"""The names of `synapse.rest.media.v1._base` that are supported here."""

from media_bridge_shim.api.files import FileInfo
from media_bridge_shim.api.responders import Responder
from media_bridge_shim.api.unsupported import guard

__all__ = ["FileInfo", "Responder"]

guard(__name__)
