"""The names of `synapse.util.stringutils` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.stringutils import (
    CLIENT_SECRET_REGEX,
    MXC_REGEX,
    NAMESPACED_GRAMMAR,
    VALID_HOST_REGEX,
    assert_valid_client_secret,
    base62_encode,
    is_ascii,
    is_namedspaced_grammar,
    non_null_str_or_none,
    parse_and_validate_mxc_uri,
    parse_and_validate_server_name,
    parse_server_name,
    random_string,
    random_string_insecure_fast,
    random_string_with_symbols,
    shortstr,
    strtobool,
    valid_id_server_location,
)

__all__ = [
    "CLIENT_SECRET_REGEX",
    "MXC_REGEX",
    "NAMESPACED_GRAMMAR",
    "VALID_HOST_REGEX",
    "assert_valid_client_secret",
    "base62_encode",
    "is_ascii",
    "is_namedspaced_grammar",
    "non_null_str_or_none",
    "parse_and_validate_mxc_uri",
    "parse_and_validate_server_name",
    "parse_server_name",
    "random_string",
    "random_string_insecure_fast",
    "random_string_with_symbols",
    "shortstr",
    "strtobool",
    "valid_id_server_location",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "Codes": "media_bridge_shim.api.vocabulary.codes",
        "SynapseError": "media_bridge_shim.api.vocabulary.errors",
    },
)
