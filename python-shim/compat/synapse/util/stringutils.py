"""The names of `synapse.util.stringutils` that are supported here."""

from media_bridge_shim.api.text_helpers import (
    is_ascii,
    parse_and_validate_mxc_uri,
    parse_and_validate_server_name,
    random_string,
    random_string_with_symbols,
    shortstr,
    strtobool,
)
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "is_ascii",
    "parse_and_validate_mxc_uri",
    "parse_and_validate_server_name",
    "random_string",
    "random_string_with_symbols",
    "shortstr",
    "strtobool",
]

guard(__name__)
