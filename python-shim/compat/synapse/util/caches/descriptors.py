"""The names of `synapse.util.caches.descriptors` that are supported here."""

from media_bridge_shim.api.caches import CachedFunction, cached
from media_bridge_shim.api.unsupported import guard

__all__ = ["CachedFunction", "cached"]

guard(__name__)
