"""The names of `synapse.http.server` that are supported here."""

from media_bridge_shim.api.placeholders import (
    finish_request,
    respond_with_html,
    respond_with_html_bytes,
    respond_with_json,
    respond_with_json_bytes,
    respond_with_redirect,
    set_cors_headers,
)
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "finish_request",
    "respond_with_html",
    "respond_with_html_bytes",
    "respond_with_json",
    "respond_with_json_bytes",
    "respond_with_redirect",
    "set_cors_headers",
]

guard(
    __name__,
    {
        "DirectServeHtmlResource": "media_bridge_shim.api.web_resources",
        "DirectServeJsonResource": "media_bridge_shim.api.web_resources",
        "JsonResource": "media_bridge_shim.api.web_resources",
    },
)
