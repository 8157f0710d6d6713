"""The names of `synapse.http.server` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

# Imported when first touched: with them comes the web server of Twisted.
guard(
    __name__,
    {
        "DirectServeHtmlResource": "media_bridge_shim.web.resources.async_resources",
        "DirectServeJsonResource": "media_bridge_shim.web.resources.async_resources",
        "HTML_ERROR_TEMPLATE": "media_bridge_shim.web.answers.error_answers",
        "HttpServer": "media_bridge_shim.web.resources.json_resource",
        "JsonResource": "media_bridge_shim.web.resources.json_resource",
        "OptionsResource": "media_bridge_shim.web.resources.plain_resources",
        "RootOptionsRedirectResource": "media_bridge_shim.web.resources.plain_resources",
        "RootRedirect": "media_bridge_shim.web.resources.plain_resources",
        "ServletCallback": "media_bridge_shim.web.resources.json_resource",
        "StaticResource": "media_bridge_shim.web.resources.plain_resources",
        "UnrecognizedRequestResource": "media_bridge_shim.web.resources.plain_resources",
        "_AsyncResource": "media_bridge_shim.web.resources.async_resources",
        "finish_request": "media_bridge_shim.web.answers.answers",
        "respond_with_html": "media_bridge_shim.web.answers.answers",
        "respond_with_html_bytes": "media_bridge_shim.web.answers.answers",
        "respond_with_json": "media_bridge_shim.web.answers.answers",
        "respond_with_json_bytes": "media_bridge_shim.web.answers.answers",
        "respond_with_redirect": "media_bridge_shim.web.answers.answers",
        "return_html_error": "media_bridge_shim.web.answers.error_answers",
        "return_json_error": "media_bridge_shim.web.answers.error_answers",
        "set_clickjacking_protection_headers": "media_bridge_shim.web.answers.headers",
        "set_corp_headers": "media_bridge_shim.web.answers.headers",
        "set_cors_headers": "media_bridge_shim.web.answers.headers",
        "wrap_async_request_handler": "media_bridge_shim.web.resources.async_resources",
    },
)
