"""The names of `synapse.rest.media.v1.filepath` that are supported here."""

from media_bridge_shim.api.filepaths import MediaFilePaths
from media_bridge_shim.api.unsupported import guard

__all__ = ["MediaFilePaths"]

guard(__name__)
