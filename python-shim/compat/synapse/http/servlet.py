"""The names of `synapse.http.servlet` that are supported here."""

from media_bridge_shim.api.placeholders import (
    RestServlet,
    assert_params_in_dict,
    parse_boolean,
    parse_integer,
    parse_json_object_from_request,
    parse_json_value_from_request,
    parse_string,
    parse_strings_from_args,
)
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "RestServlet",
    "assert_params_in_dict",
    "parse_boolean",
    "parse_integer",
    "parse_json_object_from_request",
    "parse_json_value_from_request",
    "parse_string",
    "parse_strings_from_args",
]

guard(__name__)
