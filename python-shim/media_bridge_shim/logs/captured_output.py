"""`sys.stdout` and `sys.stderr`: what a module prints becomes a record with the module's name, where that is known."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from typing import Any, TextIO

from ..answers.wire_text import clean_text
from ..context.running import describe_origin
from .heard import note

# Of one record: the host cuts lines at 64 KiB, and a character can take twelve bytes of JSON.
MAX_PIECE_CHARACTERS = 5_000
MAX_UNFINISHED_CHARACTERS = 64 * 1024
_TRACEBACK = "Traceback (most recent call last):"

Origin = tuple[Any, Any]


class CapturedOutput(io.TextIOBase):
    """A text stream. What no module is known to print goes to the stream behind it, as do bytes written to `buffer`."""

    def __init__(self, stream: TextIO, name: str, fd: int) -> None:
        # Typed by its use: a module may have put anything that can be written to in its place.
        self._stream: Any = stream
        self._fd = fd
        self._name = name
        self._lock = threading.RLock()
        self._unfinished: dict[Origin, str] = {}

    def write(self, text: str) -> int:
        origin = describe_origin()
        if "module" not in origin:
            return self._stream.write(text)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        key = (origin["module"], origin.get("request"))
        with self._lock:
            finished, _, rest = (self._unfinished.pop(key, "") + text).rpartition("\n")
            if _is_open_traceback(finished) and len(finished) < MAX_UNFINISHED_CHARACTERS:
                finished, rest = "", f"{finished}\n{rest}"
            if rest:
                self._unfinished[key] = rest
                if len(rest) > MAX_UNFINISHED_CHARACTERS:
                    finished, _ = f"{finished}\n{rest}", self._unfinished.pop(key)
            for message in _messages(finished):
                self._emit(message, key)
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def flush_unfinished(self) -> None:
        """What has no end of line yet; for the end."""
        with self._lock:
            for key, text in list(self._unfinished.items()):
                self._emit(text, key)
            self._unfinished.clear()

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def reconfigure(self, **settings: Any) -> None:
        self._stream.reconfigure(**settings)

    @property
    def buffer(self) -> Any:
        return self._stream.buffer

    @property
    def encoding(self) -> str:  # type: ignore[override]  # Read-only in the streams of Python as well.
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]  # As `encoding`.
        return self._stream.errors

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    @property
    def mode(self) -> str:
        return "w"

    def _emit(self, text: str, key: Origin) -> None:
        module, request = key
        for start in range(0, len(text) if text.strip() else 0, MAX_PIECE_CHARACTERS):
            message = clean_text(text[start : start + MAX_PIECE_CHARACTERS], MAX_PIECE_CHARACTERS * 6)
            fields = {"level": "info", "logger": self._name, "message": message, "module": module}
            if request is not None:
                fields["request"] = request
            note(fields)
            data = b"\x1e" + json.dumps(fields).encode("ascii") + b"\n"
            while data:
                data = data[os.write(self._fd, data) :]


def capture_output(fd: int) -> None:
    """Replaces both streams; records go to `fd`. `sys.__stdout__` and `sys.__stderr__` stay as they are."""
    sys.stdout = CapturedOutput(sys.stdout, "stdout", fd)
    sys.stderr = CapturedOutput(sys.stderr, "stderr", fd)


def _messages(text: str) -> list[str]:
    """Lines, but a traceback is one."""
    messages: list[str] = []
    in_traceback = False
    for line in text.split("\n"):
        if in_traceback:
            messages[-1] += f"\n{line}"
            # The first line that is not indented names the exception.
            in_traceback = not line or line[0] in " \t"
        else:
            messages.append(line)
            in_traceback = line == _TRACEBACK
    return messages


def _is_open_traceback(text: str) -> bool:
    last = _messages(text)[-1].split("\n")
    return last[0] == _TRACEBACK and (len(last) == 1 or not last[-1] or last[-1][0] in " \t")
