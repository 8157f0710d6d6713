"""What a Python module of Synapse was asked and said, in the form in which shadows compare it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..shared import releases
from ..shared.values import file_info_to_wire, limit_to_wire

CONTINUE = {"outcome": "continue"}
_MAX_MESSAGE = 4096

Said = dict[str, Any]


def args_to_wire(kind: str, args: Sequence[Any]) -> list[Any]:
    """The arguments of a callback in the form of the wire."""
    match kind:
        case "get_media_upload_limits_for_user":
            # Synapse does not tell the size of the upload.
            return [args[0], None]
        case "on_media_upload_limit_exceeded":
            return [args[0], limit_to_wire(args[1]), int(args[2]), int(args[3])]
        case "check_media_file_for_spam":
            return [args[0].path, file_info_to_wire(args[1])]
        case "is_user_allowed_to_upload_media_of_size":
            return [args[0], int(args[1])]
        case _:
            return [args[0]]


def lets_continue(kind: str, answer: Any) -> bool:
    """Whether Synapse asks its next module after this answer."""
    try:
        return _CONTINUES[kind](answer)
    except Exception:
        return False


def said_of(kind: str, answer: Any) -> Said:
    """What an answer means to Synapse. What Synapse cannot use counts as a failure of the module."""
    try:
        return CONTINUE if _CONTINUES[kind](answer) else {"outcome": "stop", "value": _VALUES[kind](answer)}
    except Exception as error:
        return {"outcome": "error", "error": {"message": _cut(f"an answer of a wrong type: {error}")}}


def said_of_error(error: BaseException) -> Said:
    """What an exception means to Synapse."""
    said: dict[str, Any] = {"message": _cut(f"{type(error).__name__}: {error}")}
    if isinstance(error, releases.SynapseError):
        try:
            said["answer"] = _answer_of(error)
        except Exception as failure:
            said["message"] = _cut(f"{said['message']} (it cannot be sent: {failure})")
    return {"outcome": "error", "error": said}


def _limits(answer: Any) -> Any:
    if not isinstance(answer, list):
        raise TypeError(f"the limits are a {type(answer).__name__}")
    return [limit_to_wire(limit) for limit in answer]


_CONTINUES: dict[str, Callable[[Any], bool]] = {
    # Synapse asks the next module where an answer is empty.
    "get_media_config_for_user": lambda answer: not answer,
    "is_user_allowed_to_upload_media_of_size": bool,
    "get_media_upload_limits_for_user": lambda answer: answer is None,
    "on_media_upload_limit_exceeded": lambda _answer: True,
    "check_media_file_for_spam": lambda answer: answer is False or answer is releases.NOT_SPAM,
}
# Of an answer with which the walk ends.
_VALUES: dict[str, Callable[[Any], Any]] = {
    "get_media_config_for_user": lambda answer: _to_json(answer),
    "is_user_allowed_to_upload_media_of_size": lambda _answer: None,
    "get_media_upload_limits_for_user": _limits,
    # Whatever it is, Synapse refuses the file in its own words.
    "check_media_file_for_spam": lambda _answer: {},
}


def _answer_of(error: Any) -> dict[str, Any]:
    body = error.error_dict(None)
    headers = {str(name).lower(): str(value) for name, value in (getattr(error, "headers", None) or {}).items()}
    return {
        "status": int(error.code),
        "errcode": str(body.get("errcode", error.errcode)),
        "body": _to_json(body),
        **({"headers": headers} if headers else {}),
    }


def _to_json(value: Any) -> str:
    # Synapse sends mappings of other kinds too.
    return json.dumps(value, allow_nan=False, default=_to_plain)


def _to_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"JSON cannot say a {type(value).__name__}")


def _cut(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()[:_MAX_MESSAGE]
