"""The names of `synapse.rest.media.v1` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(__name__)
