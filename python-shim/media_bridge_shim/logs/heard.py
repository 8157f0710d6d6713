"""What modules log during a traced run, for `call`: a swallowed error looks like consent."""

from __future__ import annotations

import threading
from typing import Any

from ..answers.wire_text import clean_text, keep_end
from ..context.running import describe_origin

MAX_LINES = 20
MAX_LINE_BYTES = 2 * 1024
_WORTH_TELLING = frozenset(("warning", "error", "critical"))

_lock = threading.Lock()
_listening: dict[int, list[str]] = {}


class Heard:
    """Collects what is logged for the run of one request, from any thread."""

    def __init__(self, request: int | None) -> None:
        self._request = request

    def __enter__(self) -> Heard:
        if self._request is not None:
            with _lock:
                _listening[self._request] = []
        return self

    def __exit__(self, *exc_info: object) -> None:
        with _lock:
            _listening.pop(self._request, None)  # type: ignore[arg-type]

    def take(self) -> list[str]:
        """The lines since the last time."""
        with _lock:
            lines = _listening.get(self._request, [])  # type: ignore[arg-type]
            taken = lines[:MAX_LINES]
            lines.clear()
        return taken


def note(fields: dict[str, Any]) -> None:
    """Keeps a record of the log where a traced run listens. `fields` are those of the host's log."""
    if not _listening:
        return
    level = "error" if fields["logger"] == "stderr" else fields["level"]
    if level not in _WORTH_TELLING or "module" not in fields:
        return
    text = clean_text(f"{level}: {fields['message']}", MAX_LINE_BYTES)
    if "traceback" in fields:
        text = f"{text}\n{_last_lines(fields['traceback'].rstrip())}"
    with _lock:
        lines = _listening.get(fields.get("request", -1))
        if lines is not None:
            lines.append(text)


def _last_lines(text: str) -> str:
    end = keep_end(text, MAX_LINE_BYTES)
    # The first line that is left may be a part of one.
    return end if end == text else f"…\n{end.partition(chr(10))[2]}"


def tell(level: str, message: str) -> None:
    """Keeps what fails for the running module, where a traced run listens: a module may swallow the error."""
    if _listening:
        note({"logger": __name__, "level": level, "message": message, **describe_origin()})
