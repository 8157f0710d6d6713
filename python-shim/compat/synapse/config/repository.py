"""The names of `synapse.config.repository` that are supported here."""

from media_bridge_shim.api.absent.placeholders import ContentRepositoryConfig
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.upload_limit import MediaUploadLimit

__all__ = [
    "ContentRepositoryConfig",
    "MediaUploadLimit",
]

guard(__name__)
