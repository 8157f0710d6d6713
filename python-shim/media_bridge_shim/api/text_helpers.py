"""Small helpers on strings, JSON and containers that modules import from `synapse.util`."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from typing import Any

TRUE_WORDS = frozenset(("y", "yes", "t", "true", "on", "1"))
FALSE_WORDS = frozenset(("n", "no", "f", "false", "off", "0"))
SYMBOLS = string.ascii_letters + string.digits + ".,;:^&*-_+=#~@"

json_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
json_decoder = json.JSONDecoder()


def random_string(length: int) -> str:
    """Random letters, fit for secrets."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(length))


def random_string_with_symbols(length: int) -> str:
    """Random letters, digits and symbols, fit for secrets."""
    return "".join(secrets.choice(SYMBOLS) for _ in range(length))


def is_ascii(s: bytes) -> bool:
    return s.isascii()


def strtobool(val: str) -> bool:
    """The boolean that a word stands for; `ValueError` for other words."""
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
    """Host and port; `ValueError` for what is no server name."""
    host, colon, port = server_name.rpartition(":")
    if not colon or server_name.endswith("]"):
        host, port = server_name, ""
    allowed = string.ascii_letters + string.digits + (".:" if host.startswith("[") else "-.")
    inner = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    has_bad_port = bool(colon) and host != server_name and not (port.isascii() and port.isdigit())
    if not inner or has_bad_port or any(char not in allowed for char in inner):
        raise ValueError(f"{server_name!r} is no server name")
    return host, int(port) if port else None


def parse_and_validate_mxc_uri(mxc: str) -> tuple[str, int | None, str]:
    """Host, port and media id of an `mxc:` URI; `ValueError` for what is none."""
    prefix, slash, media_id = mxc.rpartition("/")
    if not prefix.startswith("mxc://") or not slash or not media_id:
        raise ValueError(f"{mxc!r} is no mxc: URI")
    host, port = parse_and_validate_server_name(prefix[len("mxc://") :])
    return host, port, media_id


def freeze(o: Any) -> Any:
    """An immutable copy: mappings, lists and sets all the way down."""
    if isinstance(o, Mapping):
        from immutabledict import immutabledict

        return immutabledict({key: freeze(value) for key, value in o.items()})
    if isinstance(o, (list, tuple)):
        return tuple(freeze(value) for value in o)
    return frozenset(o) if isinstance(o, set) else o


def unfreeze(o: Any) -> Any:
    """A mutable copy: dicts and lists all the way down."""
    if isinstance(o, Mapping):
        return {key: unfreeze(value) for key, value in o.items()}
    if isinstance(o, (list, tuple)):
        return [unfreeze(value) for value in o]
    return set(o) if isinstance(o, frozenset) else o
