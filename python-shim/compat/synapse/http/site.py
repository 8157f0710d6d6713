"""The names of `synapse.http.site` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {"SynapseRequest": "media_bridge_shim.api.web_resources", "SynapseSite": "media_bridge_shim.api.web_resources"},
)
