"""Synapse's ModuleApi for a Python module that has a shadow: what its media callbacks are asked and say is told."""

from __future__ import annotations

import functools
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from synapse.module_api import ModuleApi

from ..shared import releases
from .reports import Reports
from .said import CONTINUE, Said, args_to_wire, said_of, said_of_error

logger = logging.getLogger(__name__)

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
        async def observed(*args: Any) -> Any:
            return await _observe(self, kind, nth, callback, args)

        return observed

    def begin(self, kind: str, args: tuple[Any, ...]) -> tuple[float, str | None] | None:
        """The share of questions that are told, and a link to the file; None where this one is not told."""
        part = self._reports.draw(self._index)
        if part is None:
            return None
        return part, self._reports.keep(args[0].path) if kind == _SPAM else None

    def end(self, question: _Question, said: Said, error: BaseException | None = None) -> None:
        """Tells what was said, where that is what the module as a whole said."""
        if question.kind == _NOTIFICATION:
            is_whole = isinstance(error, releases.SynapseError)
        else:
            is_whole = said is not CONTINUE
        if not is_whole and question.nth < self._counts[question.kind]:
            self._reports.discard(question.link)
            return
        if question.kind == _SPAM and question.link is None:
            self._reports.count_untold(self._index, question.kind)
            return
        if not self._reports.tell(question.to_wire(self._index, said)):
            self._reports.discard(question.link)

    def give_up(self, question: _Question) -> None:
        self._reports.discard(question.link)


class _Question:
    """One question that is told."""

    def __init__(self, kind: str, nth: int, args: tuple[Any, ...], part: float, link: str | None) -> None:
        self.kind = kind
        self.nth = nth
        self.link = link
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
    module: ObservedModule, kind: str, nth: int, callback: Callable[..., Any], args: tuple[Any, ...]
) -> Any:
    question = _begin(module, kind, nth, args)
    if question is None:
        return await callback(*args)
    try:
        answer = await callback(*args)
    except Exception as error:
        question.stop()
        _end(module, question, functools.partial(said_of_error, error), error)
        raise
    except BaseException:
        module.give_up(question)
        raise
    question.stop()
    # At once: Synapse sorts the limits that it is given.
    _end(module, question, functools.partial(said_of, kind, answer))
    return answer


def _begin(module: ObservedModule, kind: str, nth: int, args: tuple[Any, ...]) -> _Question | None:
    try:
        begun = module.begin(kind, args)
        return None if begun is None else _Question(kind, nth, args, *begun)
    except Exception:
        logger.exception("A question cannot be compared: %s", kind)
        return None


def _end(
    module: ObservedModule, question: _Question, say: Callable[[], Said], error: BaseException | None = None
) -> None:
    try:
        module.end(question, say(), error)
    except Exception:
        logger.exception("A question cannot be compared: %s", question.kind)
        module.give_up(question)
