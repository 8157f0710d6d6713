"""The names of `synapse.config.repository` that are supported here."""

from media_bridge_shim.api.unsupported import guard
from media_bridge_shim.api.upload_limit import MediaUploadLimit

__all__ = ["MediaUploadLimit"]

guard(__name__)
