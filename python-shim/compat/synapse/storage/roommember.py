"""The names of `synapse.storage.roommember` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.types import ProfileInfo

__all__ = ["ProfileInfo"]

guard(__name__)
