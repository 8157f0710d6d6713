"""Synapse's ModuleApi for a Python module that has a shadow: what its media callbacks are asked and say is told."""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from synapse.module_api import ModuleApi

from ..shared import releases
from .reports import Reports
from .said import Said, args_to_wire, lets_continue, said_of, said_of_error

_SPAM = "check_media_file_for_spam"
_NOTIFICATION = "on_media_upload_limit_exceeded"


class ObservedModule:
    """The media callbacks of one Python module. They answer as without this, whatever happens here."""

    def __init__(self, index: int, reports: Reports) -> None:
        self._index = index
        self._reports = reports
        # A module may have several callbacks of one kind.
        self._counts: Counter[str] = Counter()

    @property
    def kinds(self) -> list[str]:
        return sorted(self._counts)

    def api(self, api: ModuleApi) -> ModuleApi:
        """The ModuleApi for the module: the same object in all but what it does with media callbacks."""
        return releases.intercept_registrations(api, self._wrap)

    def _wrap(self, kind: str, callback: Callable[..., Any]) -> Callable[..., Any]:
        self._counts[kind] += 1
        nth = self._counts[kind]

        # Synapse names its measurements by the callback.
        @functools.wraps(callback)
        async def observed(*args: Any, **named: Any) -> Any:
            return await _observe(self, kind, nth, callback, args, named)

        return observed

    def begin(self, kind: str, nth: int, args: tuple[Any, ...], named: Mapping[str, Any]) -> _Question | None:
        """The question, with a link to its file; None where this one is not drawn."""
        part = self._reports.draw(self._index)
        if part is None:
            return None
        # No Synapse names an argument yet: what it would mean is not known.
        link = self._reports.keep(args[0].path) if kind == _SPAM and not named else None
        is_tellable = not named and (kind != _SPAM or link is not None)
        return _Question(kind, nth, args, part, link, is_tellable)

    def end(self, question: _Question, answer: Any, error: BaseException | None) -> None:
        """Tells what was said, where that is what the module as a whole said."""
        if not self._is_whole(question, answer, error):
            self._reports.discard(question.link)
            return
        if not question.is_tellable or not self._reports.can_tell():
            self._reports.discard(question.link)
            self._reports.count_untold(self._index, question.kind)
            return
        said = said_of(question.kind, answer) if error is None else said_of_error(error)
        if not self._reports.tell(question.to_wire(self._index, said)):
            self._reports.discard(question.link)

    def give_up(self, question: _Question) -> None:
        self._reports.discard(question.link)

    def count_failure(self, kind: str, failure: Exception) -> None:
        """Counts a question that cannot be compared, and logs the first of them."""
        self._reports.count_untold(self._index, kind)
        self._reports.say_once("A question cannot be compared: %s", kind, failure)

    def _is_whole(self, question: _Question, answer: Any, error: BaseException | None) -> bool:
        if question.nth == self._counts[question.kind]:
            return True
        if question.kind == _NOTIFICATION:
            return isinstance(error, releases.SynapseError)
        return error is not None or not lets_continue(question.kind, answer)


class _Question:
    """One question that was drawn."""

    def __init__(
        self, kind: str, nth: int, args: tuple[Any, ...], part: float, link: str | None, is_tellable: bool
    ) -> None:
        self.kind = kind
        self.nth = nth
        self.link = link
        self.is_tellable = is_tellable
        self._args = args
        self._part = part
        self._asked_ts = int(time.time() * 1000)
        self._started = time.perf_counter_ns()
        self._micros = 0

    def stop(self) -> None:
        self._micros = (time.perf_counter_ns() - self._started) // 1000

    def to_wire(self, index: int, said: Said) -> dict[str, Any]:
        return {
            "module": index,
            "kind": self.kind,
            "args": args_to_wire(self.kind, self._args),
            "user": releases.requester() if self.kind == _SPAM else self._args[0],
            "asked_ts": self._asked_ts,
            "said": said,
            "micros": self._micros,
            "part": self._part,
            "file": self.link,
        }


async def _observe(
    module: ObservedModule,
    kind: str,
    nth: int,
    callback: Callable[..., Any],
    args: tuple[Any, ...],
    named: dict[str, Any],
) -> Any:
    question = _begin(module, kind, nth, args, named)
    if question is None:
        return await callback(*args, **named)
    try:
        answer = await callback(*args, **named)
    except Exception as error:
        question.stop()
        _end(module, question, None, error)
        raise
    except BaseException:
        module.give_up(question)
        raise
    question.stop()
    # At once: Synapse sorts the limits that it is given.
    _end(module, question, answer, None)
    return answer


def _begin(
    module: ObservedModule, kind: str, nth: int, args: tuple[Any, ...], named: Mapping[str, Any]
) -> _Question | None:
    try:
        return module.begin(kind, nth, args, named)
    except Exception as failure:
        module.count_failure(kind, failure)
        return None


def _end(module: ObservedModule, question: _Question, answer: Any, error: BaseException | None) -> None:
    try:
        module.end(question, answer, error)
    except Exception as failure:
        module.give_up(question)
        module.count_failure(question.kind, failure)
