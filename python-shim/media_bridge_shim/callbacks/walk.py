"""Walks the slots of a run's steps under the stop rules of their kinds. The hot path: one clock call a slot."""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter_ns
from types import CoroutineType
from typing import Any

from ..answers.answer_text import describe_answer
from ..answers.errors import ProtocolError, make_callback_error
from ..context.running import activity
from ..logs.heard import Heard
from .kinds import KINDS, Verdict
from .registry import Entry
from .waiting_callback import WaitingCallback, to_coroutine

# Answers that are surely not awaitable; looking for `__await__` costs more than the rest of a slot.
_PLAIN = frozenset((bool, type(None), dict, list, tuple, int, str))

Walk = Generator[WaitingCallback, None, list[Any]]


def walk_traced(entries: list[Entry], steps: list[Any], request: int | None) -> Walk:
    """Like `walk`, with what each callback answered, and what it logged during the call, in the results."""
    with Heard(request) as heard:
        return (yield from walk(entries, True, steps, heard))


def walk(entries: list[Entry], trace: bool, steps: list[Any], heard: Heard | None = None) -> Walk:
    """Yields each callback that has to wait, returns one result a step. Raises `ProtocolError` for a wrong request."""
    results: list[Any] = []
    now = perf_counter_ns()
    for kind_name, slots, args, deadline_ms in steps:
        kind = KINDS.get(kind_name)
        if kind is None or len(args) != kind.arity:
            raise ProtocolError(f"no kind {kind_name} with {len(args)} arguments")
        for position in kind.sizes:
            size = args[position]
            # None: a Synapse that asks for limits does not tell the size of the upload.
            if type(size) is not int and not (size is None and kind.may_omit_size):
                args[position] = int(size)
        make_args, judge, passes, never_stops = kind.make_args, kind.judge, kind.passes, kind.is_notification
        decided: int | None = None
        value: Any = None
        failed = False
        reports: list[Any] = []
        for position, slot in enumerate(slots):
            entry = entries[slot]
            if entry.kind is not kind:
                raise ProtocolError(f"slot {slot} is a {entry.kind.name}, not a {kind_name}")
            started = now
            answer: Any = None
            error: BaseException | None = None
            verdict: Verdict = None
            activity.since_ns = started
            activity.entry = entry
            try:
                answer = entry.callback(*args) if make_args is None else entry.callback(*make_args(entry, args))
            except BaseException as raised:
                error = raised
            answer_type = type(answer)
            if answer_type is CoroutineType:
                coroutine = answer
            else:
                coroutine = None if answer_type in _PLAIN else to_coroutine(answer)
            if coroutine is not None:
                try:
                    waiting = coroutine.send(None)
                except StopIteration as stop:
                    answer = stop.value
                except BaseException as raised:
                    answer, error = None, raised
                else:
                    activity.entry = None
                    waiting_callback = WaitingCallback(entry, coroutine, waiting, started, deadline_ms)
                    yield waiting_callback
                    answer, error = waiting_callback.answer, waiting_callback.error
            if error is None and answer is not passes:
                try:
                    verdict = judge(answer)
                except BaseException as raised:
                    error = raised
            activity.entry = None
            now = perf_counter_ns()
            if error is None and verdict is None and not trace:
                reports.append((now - started) // 1000)
                continue
            reports.append(_report(entry, (now - started) // 1000, verdict, error, trace, answer))
            if heard is not None:
                reports[-1].append(heard.take())
            failed = failed or error is not None
            if not never_stops and (error is not None or (verdict is not None and verdict[0] == "stop")):
                decided = position
                value = verdict[1] if verdict is not None else None
                break
        results.append([decided, value, reports])
        if decided is not None or failed:
            break
    return results


def _report(
    entry: Entry, micros: int, verdict: Verdict, error: BaseException | None, trace: bool, answer: Any
) -> list[Any]:
    if error is not None:
        wire = make_callback_error(error, slot=entry.slot, module=entry.module)
        # An error that a module raises again and again would keep every frame that it ever went through.
        BaseException.with_traceback(error, None)
        return ["error", micros, wire, describe_answer(answer) if trace and answer is not None else None, None]
    outcome, _value, warning = verdict or ("continue", None, None)
    return [outcome, micros, None, describe_answer(answer) if trace else None, warning]
