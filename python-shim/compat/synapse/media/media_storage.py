"""The names of `synapse.media.media_storage` that are supported here."""

from media_bridge_shim.api.filepaths import MediaFilePaths
from media_bridge_shim.api.files import FileInfo, ReadableFileWrapper
from media_bridge_shim.api.media_facts import QuarantinedMediaException, SpamMediaException
from media_bridge_shim.api.placeholders import MediaStorage, MultipartFileConsumer
from media_bridge_shim.api.responders import FileResponder, Responder
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "FileInfo",
    "FileResponder",
    "MediaFilePaths",
    "MediaStorage",
    "MultipartFileConsumer",
    "QuarantinedMediaException",
    "ReadableFileWrapper",
    "Responder",
    "SpamMediaException",
]

guard(__name__)
