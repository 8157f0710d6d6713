"""The names of `synapse.rest.media.v1.media_storage` that are supported here."""

from media_bridge_shim.api.files import ReadableFileWrapper
from media_bridge_shim.api.responders import FileResponder
from media_bridge_shim.api.unsupported import guard

__all__ = ["FileResponder", "ReadableFileWrapper"]

guard(__name__)
