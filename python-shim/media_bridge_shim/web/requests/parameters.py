"""Parameters of a query, read by type. Each is the first of its name, or the default; `SynapseError` (400) for others.

`args` is a request's: names and values are bytes. Messages are Synapse's, which clients may know.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar
from urllib.parse import unquote

from ...api.vocabulary.codes import Codes
from ...api.vocabulary.errors import SynapseError
from ...api.vocabulary.json_types import StrCollection

Args = Mapping[bytes, Sequence[bytes]]
EnumT = TypeVar("EnumT", bound=enum.Enum)


def refuse(message: str, errcode: str = Codes.INVALID_PARAM) -> NoReturn:
    raise SynapseError(HTTPStatus.BAD_REQUEST, message, errcode)


def parse_integer(
    request: Any, name: str, default: int | None = None, required: bool = False, negative: bool = False
) -> int | None:
    """An integer, below 0 only where `negative` is set."""
    return parse_integer_from_args(request.args, name, default, required, negative)


def parse_integer_from_args(
    args: Args, name: str, default: int | None = None, required: bool = False, negative: bool = False
) -> int | None:
    """As `parse_integer`."""
    values = find(args, name)
    if values is None:
        return missing(f"Missing required integer query parameter {name}", default, required)
    try:
        integer = int(values[0])
    except Exception:
        refuse(f"Query parameter {name} must be an integer")
    if integer < 0 and not negative:
        refuse(f"Query parameter {name} must be a positive integer.")
    return integer


def parse_boolean(request: Any, name: str, default: bool | None = None, required: bool = False) -> bool | None:
    """`true` or `false`."""
    return parse_boolean_from_args(request.args, name, default, required)


def parse_boolean_from_args(args: Args, name: str, default: bool | None = None, required: bool = False) -> bool | None:
    """As `parse_boolean`."""
    values = find(args, name)
    if values is None:
        return missing(f"Missing boolean query parameter {name!r}", default, required)
    if not values or values[0] not in (b"true", b"false"):
        refuse(f"Boolean query parameter {name!r} must be one of ['true', 'false']")
    return values[0] == b"true"


def parse_bytes_from_args(args: Args, name: str, default: bytes | None = None, required: bool = False) -> bytes | None:
    """Bytes as they came, percent signs decoded."""
    values = find(args, name)
    if values is None:
        return missing(f"Missing string query parameter {name}", default, required)
    return values[0]


def parse_string(
    request: Any,
    name: str,
    default: str | None = None,
    required: bool = False,
    allowed_values: StrCollection | None = None,
    encoding: str = "ascii",
) -> str | None:
    """Text in an encoding, one of `allowed_values` where these are given."""
    return parse_string_from_args(request.args, name, default, required, allowed_values, encoding)


def parse_string_from_args(
    args: Args,
    name: str,
    default: str | None = None,
    required: bool = False,
    allowed_values: StrCollection | None = None,
    encoding: str = "ascii",
) -> str | None:
    """As `parse_string`."""
    defaults = None if default is None else [default]
    texts = parse_strings_from_args(args, name, defaults, required, allowed_values, encoding)
    return None if texts is None else texts[0]


def parse_strings_from_args(
    args: Args,
    name: str,
    default: list[str] | None = None,
    required: bool = False,
    allowed_values: StrCollection | None = None,
    encoding: str = "ascii",
) -> list[str] | None:
    """All texts of a name."""
    values = find(args, name)
    if values is None:
        return missing(f"Missing string query parameter {name!r}", default, required)
    return [decode(value, name, allowed_values, encoding) for value in values]


def parse_enum(
    request: Any, name: str, E: type[EnumT], default: EnumT | None = None, required: bool = False
) -> EnumT | None:
    """A member of an enumeration of texts, by its value."""
    values = [member.value for member in E]
    if not all(isinstance(value, str) for value in values):
        raise AssertionError("parse_enum only works with string values")
    text = parse_string(request, name, None if default is None else default.value, required, values)
    return None if text is None else E(text)


def parse_json(
    request: Any, name: str, default: dict[str, Any] | None = None, required: bool = False, encoding: str = "ascii"
) -> Any:
    """A value that is given as JSON in the parameter."""
    return parse_json_from_args(request.args, name, default, required, encoding)


def parse_json_from_args(
    args: Args, name: str, default: dict[str, Any] | None = None, required: bool = False, encoding: str = "ascii"
) -> Any:
    """As `parse_json`."""
    if find(args, name) is None:
        return missing(f"Missing required integer query parameter {name}", default, required)
    text = parse_string_from_args(args, name, required=True, encoding=encoding)
    try:
        return decode_json(unquote(text or ""))
    except Exception:
        refuse(f"Query parameter {name} must be a valid JSON object", Codes.NOT_JSON)


def find(args: Args, name: str) -> Sequence[bytes] | None:
    return args.get(name.encode("ascii"))


def missing(message: str, default: Any, required: bool) -> Any:
    if required:
        refuse(message, Codes.MISSING_PARAM)
    return default


def decode(value: bytes, name: str, allowed_values: StrCollection | None, encoding: str) -> str:
    try:
        text = value.decode(encoding)
    except ValueError:
        refuse(f"Query parameter {name!r} must be {encoding}", Codes.UNKNOWN)
    if allowed_values is not None and text not in allowed_values:
        refuse(f"Query parameter {name!r} must be one of [{', '.join(repr(allowed) for allowed in allowed_values)}]")
    return text


def refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


decode_json = json.JSONDecoder(parse_constant=refuse_constant).decode
"""JSON as Matrix has it: without `NaN` and `Infinity`."""
