"""Calls that hold the reactor: each place is named in the log once, every time is told to the host, which counts."""

from __future__ import annotations

import logging
import sys
import threading
from collections import Counter
from collections.abc import Callable
from time import perf_counter_ns
from types import FrameType
from typing import Any

from ..context.running import activity

logger = logging.getLogger(__name__)

BLOCKED_AFTER_NS = 500_000_000
# A module that makes its code as it runs could have any number of places.
MAX_PLACES = 1000

# (module's path, callback, file, line)
Place = tuple[str, str, str, int]


class BlockedCalls:
    """Asked by the watchdog's thread, which alone runs while the main thread is held. `tell` is called from there."""

    def __init__(self, tell: Callable[[dict[str, Any]], object]) -> None:
        self._tell = tell
        self._main_thread = threading.main_thread().ident or 0
        self._seen_ns = 0
        self._times: Counter[Place] = Counter()

    def look(self) -> None:
        """Notices a step of a module that has held the main thread for longer than half a second; each step once."""
        before = entry, since_ns, _, step = activity.put_aside()
        if entry is None:
            if step is None or step.module_path is None:
                return
            since_ns = step.since_ns
        if since_ns == self._seen_ns or perf_counter_ns() - since_ns < BLOCKED_AFTER_NS:
            return
        frame = sys._current_frames().get(self._main_thread)
        # Asked again: by now it may be another step that has just begun.
        if frame is None or activity.put_aside() != before:
            return
        self._seen_ns = since_ns
        if entry is not None:
            self._note(entry.module_path, entry.kind.name, frame, entry.file)
        elif step is not None and step.module_path is not None:
            self._note(step.module_path, "background work", frame, _file_of(step.module_path))

    def sum_up(self) -> None:
        """Says in the log how often it came to that, place by place; for the end."""
        for (module, callback, file, line), times in self._times.items():
            if times > 1:
                logger.info("%s of %s blocked the reactor %s times at %s:%s", callback, module, times, file, line)

    def _note(self, module: str, callback: str, frame: FrameType, own_file: str | None) -> None:
        own = _find_own(frame, own_file)
        place = (module, callback, own.f_code.co_filename, own.f_lineno)
        if place not in self._times:
            if len(self._times) >= MAX_PLACES:
                place = (module, callback, "", 0)
            else:
                self._warn(place, frame, own)
        self._times[place] += 1
        self._tell({"module": module, "callback": callback})

    def _warn(self, place: Place, frame: FrameType, own: FrameType) -> None:
        module, callback, file, line = place
        inner = "" if own is frame else f" (in {frame.f_code.co_filename}:{frame.f_lineno})"
        facts = {"module": module, "callback": callback, "file": file, "line": line}
        logger.warning(
            "%s of %s blocks the reactor for over half a second, at %s:%s%s: every other request that needs Python "
            "waits; use defer_to_thread",
            callback,
            module,
            file,
            line,
            inner,
            extra={"media_bridge": facts},
        )


def _find_own(frame: FrameType, own_file: str | None) -> FrameType:
    """The frame of the module's own file that led to the innermost one; the innermost where there is none."""
    own: FrameType | None = frame
    while own is not None and own.f_code.co_filename != own_file:
        own = own.f_back
    return own or frame


def _file_of(module_path: str) -> str | None:
    return getattr(sys.modules.get(module_path.rpartition(".")[0]), "__file__", None)
