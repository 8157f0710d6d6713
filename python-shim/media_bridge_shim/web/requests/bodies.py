"""Bodies of requests, read as JSON. `SynapseError` (400) for what is not JSON."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from ...api.vocabulary.codes import Codes
from ...api.vocabulary.errors import SynapseError
from ...api.vocabulary.json_types import JsonDict, StrCollection
from .parameters import decode_json, refuse

logger = logging.getLogger(__name__)


def parse_json_value_from_request(request: Any, allow_empty_body: bool = False) -> Any:
    """Any JSON value; None for an empty body where that is allowed."""
    try:
        body = request.content.read()
    except Exception as error:
        raise SynapseError(HTTPStatus.BAD_REQUEST, "Error reading JSON content.") from error
    if not body and allow_empty_body:
        return None
    try:
        return decode_json(body.decode("utf-8"))
    except Exception as error:
        # Neither the body nor the address: both may hold what is secret.
        logger.warning("The body of %r is not JSON: %s", request, type(error).__name__)
        raise SynapseError(HTTPStatus.BAD_REQUEST, "Content not JSON.", Codes.NOT_JSON) from error


def parse_json_object_from_request(request: Any, allow_empty_body: bool = False) -> JsonDict:
    """A JSON object; an empty one for an empty body where that is allowed."""
    content = parse_json_value_from_request(request, allow_empty_body)
    if content is None and allow_empty_body:
        return {}
    if not isinstance(content, dict):
        refuse("Content must be a JSON object.", Codes.BAD_JSON)
    return content


def validate_json_object(content: JsonDict, model_type: Any) -> Any:
    """A model of pydantic's, made of an object."""
    from pydantic import ValidationError

    try:
        return model_type.model_validate(content)
    except ValidationError as error:
        codes = {"missing": Codes.MISSING_PARAM, "value_error": Codes.INVALID_PARAM}
        first = error.errors()[0]["type"] if error.error_count() == 1 else ""
        raise SynapseError(HTTPStatus.BAD_REQUEST, str(error), codes.get(first, Codes.BAD_JSON)) from error


def parse_and_validate_json_object_from_request(request: Any, model_type: Any) -> Any:
    """A model of pydantic's, made of the body."""
    return validate_json_object(parse_json_object_from_request(request), model_type)


def assert_params_in_dict(body: JsonDict, required: StrCollection) -> None:
    """Refuses an object that lacks one of these keys, and names them."""
    absent = [key for key in required if key not in body]
    if absent:
        refuse(f"Missing params: {absent!r}", Codes.MISSING_PARAM)
