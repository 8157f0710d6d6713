"""The names of `synapse.http.servlet` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

# Imported when first touched: with them comes the web server of Twisted.
guard(
    __name__,
    {
        "RestServlet": "media_bridge_shim.web.resources.servlet",
        "assert_params_in_dict": "media_bridge_shim.web.requests.bodies",
        "parse_and_validate_json_object_from_request": "media_bridge_shim.web.requests.bodies",
        "parse_boolean": "media_bridge_shim.web.requests.parameters",
        "parse_boolean_from_args": "media_bridge_shim.web.requests.parameters",
        "parse_bytes_from_args": "media_bridge_shim.web.requests.parameters",
        "parse_enum": "media_bridge_shim.web.requests.parameters",
        "parse_integer": "media_bridge_shim.web.requests.parameters",
        "parse_integer_from_args": "media_bridge_shim.web.requests.parameters",
        "parse_json": "media_bridge_shim.web.requests.parameters",
        "parse_json_from_args": "media_bridge_shim.web.requests.parameters",
        "parse_json_object_from_request": "media_bridge_shim.web.requests.bodies",
        "parse_json_value_from_request": "media_bridge_shim.web.requests.bodies",
        "parse_string": "media_bridge_shim.web.requests.parameters",
        "parse_string_from_args": "media_bridge_shim.web.requests.parameters",
        "parse_strings_from_args": "media_bridge_shim.web.requests.parameters",
        "validate_json_object": "media_bridge_shim.web.requests.bodies",
    },
)
