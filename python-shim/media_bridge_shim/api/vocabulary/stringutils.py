"""The helpers on strings, and the checks of their forms, of `synapse.util.stringutils`."""

from __future__ import annotations

import random
import re
import secrets
import string
from typing import Any

from .codes import Codes
from .errors import SynapseError

TRUE_WORDS = frozenset(("y", "yes", "t", "true", "on", "1"))
FALSE_WORDS = frozenset(("n", "no", "f", "false", "off", "0"))
SYMBOLS = string.ascii_letters + string.digits + ".,;:^&*-_+=#~@"
CLIENT_SECRET_REGEX = re.compile(r"^[0-9a-zA-Z\.=_\-]+$")
MXC_REGEX = re.compile(r"^mxc://([^/]+)/([^/#?]+)$")
NAMESPACED_GRAMMAR = re.compile(r"^[a-z][a-z0-9_.-]{0,254}$")
VALID_HOST_REGEX = re.compile(r"\A[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*\Z")

_BASE62_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_MAX_CLIENT_SECRET = 255


def random_string(length: int) -> str:
    """Random letters, fit for secrets."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(length))


def random_string_with_symbols(length: int) -> str:
    """Random letters, digits and symbols, fit for secrets."""
    return "".join(secrets.choice(SYMBOLS) for _ in range(length))


def is_ascii(s: bytes) -> bool:
    return s.isascii()


def strtobool(val: str) -> bool:
    """The boolean that a word means; `ValueError` for other words."""
    word = val.lower()
    if word not in TRUE_WORDS and word not in FALSE_WORDS:
        raise ValueError(f"{val!r} is neither yes nor no")
    return word in TRUE_WORDS


def shortstr(iterable: Any, maxitems: int = 5) -> str:
    """The items, at most `maxitems` of them."""
    items = list(iterable)
    texts = [str(item) for item in items[:maxitems]]
    return "[" + ", ".join(texts + ["..."] * (len(items) > maxitems)) + "]"


def parse_and_validate_server_name(server_name: str) -> tuple[str, int | None]:
    """Host and port; `ValueError` for what is not a server name."""
    host, colon, port = server_name.rpartition(":")
    if not colon or server_name.endswith("]"):
        host, port = server_name, ""
    allowed = string.ascii_letters + string.digits + (".:" if host.startswith("[") else "-.")
    inner = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    has_bad_port = bool(colon) and host != server_name and not (port.isascii() and port.isdigit())
    if not inner or has_bad_port or any(char not in allowed for char in inner):
        raise ValueError(f"{server_name!r} is not a server name")
    return host, int(port) if port else None


def parse_and_validate_mxc_uri(mxc: str) -> tuple[str, int | None, str]:
    """Host, port and media id of an `mxc:` URI; `ValueError` for what is not one."""
    prefix, slash, media_id = mxc.rpartition("/")
    if not prefix.startswith("mxc://") or not slash or not media_id:
        raise ValueError(f"{mxc!r} is not an mxc: URI")
    host, port = parse_and_validate_server_name(prefix[len("mxc://") :])
    return host, port, media_id


def random_string_insecure_fast(length: int) -> str:
    """Random letters, not fit for secrets."""
    return "".join(random.choices(string.ascii_letters, k=length))


def assert_valid_client_secret(client_secret: str) -> None:
    """Raises a `SynapseError` (400, `M_INVALID_PARAM`) where it is not a client secret."""
    if not 0 < len(client_secret) <= _MAX_CLIENT_SECRET or CLIENT_SECRET_REGEX.match(client_secret) is None:
        raise SynapseError(400, "Invalid client_secret parameter", errcode=Codes.INVALID_PARAM)


def base62_encode(num: int, minwidth: int = 1) -> str:
    """The number in digits, capital and small letters, padded with zeros to `minwidth`."""
    digits = ""
    while num:
        num, digit = divmod(num, 62)
        digits = _BASE62_DIGITS[digit] + digits
    return digits.rjust(minwidth, "0")


def is_namedspaced_grammar(s: str) -> bool:
    """Whether it is a namespaced identifier; spelt as Synapse spells it."""
    return NAMESPACED_GRAMMAR.match(s) is not None


def non_null_str_or_none(val: Any) -> str | None:
    """`val` where it is a text that a database takes, None otherwise."""
    return val if isinstance(val, str) and "\u0000" not in val else None


def parse_server_name(server_name: str) -> tuple[str, int | None]:
    """Host and port, the host unchecked; `ValueError` where the port is not valid."""
    host, colon, port = server_name.rpartition(":")
    if not colon or server_name.endswith("]"):
        return server_name, None
    if not (port.isascii() and port.isdigit()):
        raise ValueError(f"{server_name!r} is not a server name")
    return host, int(port)


def valid_id_server_location(id_server: str) -> bool:
    """Whether it is a server name, perhaps with a path."""
    host, *path = id_server.split("/")
    if any("?" in part or "#" in part for part in path):
        return False
    try:
        parse_and_validate_server_name(host)
    except ValueError:
        return False
    return True
