"""The names of `synapse.rest.media.v1.media_storage` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.media.files import ReadableFileWrapper
from media_bridge_shim.api.media.responders import FileResponder

__all__ = ["FileResponder", "ReadableFileWrapper"]

guard(__name__)
