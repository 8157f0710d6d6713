"""The names of `synapse.api` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(__name__)
