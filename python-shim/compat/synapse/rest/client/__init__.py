"""The names of `synapse.rest.client` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(__name__)
