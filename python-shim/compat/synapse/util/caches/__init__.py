"""The names of `synapse.util.caches` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(__name__)
