"""The names of `synapse.media._base` that are supported here."""

from media_bridge_shim.api.files import FileInfo, ThumbnailInfo
from media_bridge_shim.api.placeholders import (
    ThreadedFileSender,
    respond_404,
    respond_with_file,
    respond_with_responder,
)
from media_bridge_shim.api.responders import Responder
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "FileInfo",
    "Responder",
    "ThreadedFileSender",
    "ThumbnailInfo",
    "respond_404",
    "respond_with_file",
    "respond_with_responder",
]

guard(__name__)
