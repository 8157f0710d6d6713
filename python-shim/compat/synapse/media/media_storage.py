"""The names of `synapse.media.media_storage` that are supported here."""

from media_bridge_shim.api.filepaths import MediaFilePaths
from media_bridge_shim.api.files import FileInfo, ReadableFileWrapper
from media_bridge_shim.api.placeholders import MediaStorage
from media_bridge_shim.api.responders import FileResponder, Responder
from media_bridge_shim.api.unsupported import guard

__all__ = ["FileInfo", "FileResponder", "MediaFilePaths", "MediaStorage", "ReadableFileWrapper", "Responder"]

guard(__name__)
