"""The names of `synapse.util.httpresourcetree` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "UnrecognizedRequestResource": "media_bridge_shim.web.resources.plain_resources",
        "create_resource_tree": "media_bridge_shim.api.helpers.iteration",
    },
)
