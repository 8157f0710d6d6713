"""The names of `synapse.rest.media.v1.filepath` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.media.filepaths import MediaFilePaths

__all__ = ["MediaFilePaths"]

guard(__name__)
