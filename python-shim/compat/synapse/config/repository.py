"""The names of `synapse.config.repository` that are supported here."""

from media_bridge_shim.api.placeholders import ContentRepositoryConfig
from media_bridge_shim.api.unsupported import guard
from media_bridge_shim.api.upload_limit import MediaUploadLimit

__all__ = [
    "ContentRepositoryConfig",
    "MediaUploadLimit",
]

guard(__name__)
