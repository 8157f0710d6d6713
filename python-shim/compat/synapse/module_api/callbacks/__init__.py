"""The names of `synapse.module_api.callbacks` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(__name__)
