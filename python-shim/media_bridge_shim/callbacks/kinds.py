"""The kinds of callbacks that this service fires: one table. A new kind is a new row here and in the host's table,
`callbacks/kinds.ts`, which lists what else it needs. A test holds the two equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..answers.errors import AnswerError
from ..answers.json_text import to_json_text
from ..answers.limits import from_wire_limit, to_wire_limits
from ..answers.wire_text import type_name
from ..api.vocabulary.callback_types import NOT_SPAM
from ..api.vocabulary.codes import Codes

# (outcome, value, warning): outcome is "continue" or "stop". None: the walk continues, and nothing is reported.
Verdict = tuple[str, Any, "str | None"] | None


class Slot(Protocol):
    """What the makers of arguments need to know of a slot."""

    @property
    def wants_size(self) -> bool:
        """Whether the callback takes the size as well; for the limits' kind alone."""
        ...


# Makes one slot's arguments out of those of the wire.
ArgumentMaker = Callable[[Slot, list[Any]], Sequence[Any]]


@dataclass(frozen=True)
class Kind:
    """`judge` turns an answer into a verdict and raises for a wrong one; `make_args` makes one slot's arguments."""

    name: str
    group: str
    arity: int
    sizes: tuple[int, ...]
    """Which arguments are sizes: JavaScript's integers over 2^32 may come as floats, callbacks get them as int."""
    judge: Callable[[Any], Verdict]
    passes: Any
    """The usual answer with which the walk continues, by identity: a short cut past `judge`."""
    make_args: ArgumentMaker | None = None
    is_notification: bool = False
    may_omit_size: bool = False
    """Older callbacks take the user alone: the last argument goes to those that want it."""


def _judge_config(answer: Any) -> Verdict:
    if answer is None:
        return None
    if isinstance(answer, Mapping):
        return ("stop", to_json_text(answer), None)
    if answer:
        raise AnswerError(f"expected None or a dict, not {type(answer).__name__}")
    return ("continue", None, f"answered {type_name(answer)} where None or a dict is expected; taken as None")


def _judge_allowed(answer: Any) -> Verdict:
    return None if answer else ("stop", None, None)


def _judge_limits(answer: Any) -> Verdict:
    return None if answer is None else ("stop", to_wire_limits(answer), None)


def _judge_spam(answer: Any) -> Verdict:
    if answer is NOT_SPAM or answer is False:
        return None
    with_fields = isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[1], Mapping)
    if answer is True or isinstance(answer[0] if with_fields else answer, Codes):
        return ("stop", None, None)
    return ("stop", None, f"answered {type_name(answer)} where NOT_SPAM or a Codes is expected; taken as spam")


def _judge_nothing(_answer: Any) -> Verdict:
    return None


def _limits_args(entry: Slot, args: list[Any]) -> Sequence[Any]:
    # Without a size the callback gets what Synapse would give it: one that needs a size fails there as well.
    return args if entry.wants_size and args[1] is not None else args[:1]


def _exceeded_args(_entry: Slot, args: list[Any]) -> Sequence[Any]:
    user_id, limit, sent_bytes, attempted_bytes = args
    return (user_id, from_wire_limit(limit), sent_bytes, attempted_bytes)


def _spam_args(entry: Slot, args: list[Any]) -> Sequence[Any]:
    return _makers["check_media_file_for_spam"](entry, args)


_makers: dict[str, ArgumentMaker] = {}


def set_argument_maker(kind: str, make: ArgumentMaker) -> None:
    """For a kind whose arguments are objects of `api`: that is where modules get the means to register callbacks."""
    _makers[kind] = make


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("get_media_config_for_user", "media_repository", 1, (), _judge_config, None),
        Kind("is_user_allowed_to_upload_media_of_size", "media_repository", 2, (1,), _judge_allowed, True),
        Kind(
            "get_media_upload_limits_for_user",
            "media_repository",
            2,
            (1,),
            _judge_limits,
            None,
            _limits_args,
            may_omit_size=True,
        ),
        Kind(
            "on_media_upload_limit_exceeded",
            "media_repository",
            4,
            (2, 3),
            _judge_nothing,
            None,
            _exceeded_args,
            True,
        ),
        Kind("check_media_file_for_spam", "spam_checker", 2, (), _judge_spam, False, _spam_args),
        Kind("on_media_uploaded", "media_repository", 3, (2,), _judge_nothing, None, None, True),
        Kind("on_media_deleted", "media_repository", 1, (), _judge_nothing, None, None, True),
    )
}
