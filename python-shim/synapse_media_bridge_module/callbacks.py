"""One callback of Synapse for each callback that a TypeScript module registered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from .connection.conversation import Entry
from .shared import releases
from .shared.errors import CallRefused, NodeUnavailable, TypeScriptError
from .shared.settings import Settings
from .shared.values import (
    config_from_wire,
    error_from_wire,
    file_info_to_wire,
    limit_to_wire,
    limits_from_wire,
    unavailable,
    verdict_from_wire,
)

logger = logging.getLogger(__name__)

# Node ends a callback at its deadline; a Node that does not say so by then is given up.
_GRACE_MS = 1_000


class Asks(Protocol):
    """What asks Node."""

    def slot_of(self, entry: Entry) -> int:
        """The number that the entry has now. Raises `NodeUnavailable` where the entry is not there."""
        ...

    async def run(self, params: list[Any], deadline_ms: int) -> Any:
        """Raises `NodeUnavailable` or `CallRefused`."""
        ...


def make_callback(entry: Entry, node: Asks, settings: Settings) -> Callable[..., Any]:
    """The function that Synapse registers. Its name is what Synapse measures it by."""
    callback = _MAKERS[entry.kind](_Question(entry, node, settings))
    callback.__qualname__ = f"TypeScriptModules.{entry.name}"
    callback.__module__ = __package__ or callback.__module__
    return callback


class _Question:
    """Asks one callback."""

    def __init__(self, entry: Entry, node: Asks, settings: Settings) -> None:
        self.entry = entry
        self.skips = settings.skips_config
        self._node = node
        self._deadline_ms = settings.deadline_of(entry.kind)
        self.where = f"{entry.kind} of {entry.file or entry.name} (TypeScript)"

    async def ask(self, args: list[Any], read: Callable[[Any], Any]) -> tuple[bool, Any]:
        """Whether the callback stopped the walk, and with what, as `read` takes it from the wire.

        Raises what the callback raised, or `NodeUnavailable`, for nonsense too.
        """
        step = [self.entry.kind, [self._node.slot_of(self.entry)], args, self._deadline_ms]
        answer = await self._node.run([False, [step], None, releases.requester()], self._deadline_ms + _GRACE_MS)
        decided, value, record = _read(answer)
        if isinstance(record, list):
            if record[4] is not None:
                logger.warning("%s %s", self.where, record[4])
            if record[0] == "error":
                raise _understand(lambda: error_from_wire(record[2], self.where))
        if decided is None:
            return False, None
        return True, _understand(lambda: read(value))

    async def decide(self, args: list[Any], read: Callable[[Any], Any]) -> tuple[bool, Any]:
        """As `ask`, for a callback whose verdict is needed: raises `SynapseError` 503 where it cannot be had."""
        try:
            return await self.ask(args, read)
        except (NodeUnavailable, CallRefused) as error:
            logger.error("%s cannot be asked: %s", self.where, error)
            raise unavailable() from error


def _read(answer: Any) -> tuple[Any, Any, Any]:
    """One step with one callback. Nonsense is never taken for a verdict."""
    match answer:
        case [[decided, value, [record]]]:
            if decided is None and _lets_continue(record):
                return None, value, record
            if decided == 0 and isinstance(record, list) and len(record) == 5 and record[0] in ("stop", "error"):
                return decided, value, record
    raise NodeUnavailable("Node answered in another form")


def _understand(read: Callable[[], Any]) -> Any:
    """What Node said, read. Raises `NodeUnavailable` where it is nonsense, which is never taken for a verdict."""
    try:
        return read()
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        raise NodeUnavailable(f"Node answered in another form: {type(error).__name__}: {error}") from error


def _lets_continue(record: Any) -> bool:
    if type(record) is int:
        return True
    # The error of a notification does not decide.
    return isinstance(record, list) and len(record) == 5 and record[0] in ("continue", "error")


def _config(question: _Question) -> Callable[..., Any]:
    async def get_media_config_for_user(user_id: str) -> Any:
        try:
            stopped, value = await question.decide([user_id], config_from_wire)
        except releases.SynapseError as error:
            if question.skips and isinstance(error.__cause__, (NodeUnavailable, CallRefused)):
                return None
            raise
        return value if stopped else None

    return get_media_config_for_user


def _allowed(question: _Question) -> Callable[..., Any]:
    async def is_user_allowed_to_upload_media_of_size(user_id: str, size: int) -> bool:
        stopped, _ = await question.decide([user_id, size], lambda value: value)
        return not stopped

    return is_user_allowed_to_upload_media_of_size


def _limits(question: _Question) -> Callable[..., Any]:
    async def get_media_upload_limits_for_user(user_id: str) -> Any:
        stopped, limits = await question.decide([user_id], limits_from_wire)
        return limits if stopped else None

    return get_media_upload_limits_for_user


def _exceeded(question: _Question) -> Callable[..., Any]:
    async def on_media_upload_limit_exceeded(user_id: str, limit: Any, sent_bytes: int, attempted_bytes: int) -> None:
        # The upload is refused whatever this says: only a Matrix error may word the refusal.
        try:
            await question.ask([user_id, limit_to_wire(limit), sent_bytes, attempted_bytes], lambda value: value)
        except (NodeUnavailable, CallRefused, TypeScriptError) as error:
            logger.error("%s was not told: %s", question.where, error)

    return on_media_upload_limit_exceeded


def _spam(question: _Question) -> Callable[..., Any]:
    async def check_media_file_for_spam(file_wrapper: Any, file_info: Any) -> Any:
        stopped, verdict = await question.decide([file_wrapper.path, file_info_to_wire(file_info)], verdict_from_wire)
        return verdict if stopped else releases.NOT_SPAM

    return check_media_file_for_spam


_MAKERS: dict[str, Callable[[_Question], Callable[..., Any]]] = {
    "get_media_config_for_user": _config,
    "is_user_allowed_to_upload_media_of_size": _allowed,
    "get_media_upload_limits_for_user": _limits,
    "on_media_upload_limit_exceeded": _exceeded,
    "check_media_file_for_spam": _spam,
}
