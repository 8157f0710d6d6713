"""The names of `synapse.http.site` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

# Imported when first touched: with them comes the web server of Twisted.
guard(
    __name__,
    {
        "RequestInfo": "media_bridge_shim.web.request",
        "SynapseRequest": "media_bridge_shim.web.request",
        "SynapseSite": "media_bridge_shim.web.site",
        "XForwardedForRequest": "media_bridge_shim.web.site",
    },
)
