"""Log records of the shim and of modules: JSON lines on stderr, told from printed lines by a leading U+001E."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from typing import Any

from ..answers.wire_text import clean_text, keep_end
from ..context.running import describe_origin
from .captured_output import CapturedOutput
from .heard import note

# The host cuts lines at 64 KiB; a record must stay whole.
MAX_LOG_MESSAGE_BYTES = 12 * 1024
MAX_LOG_TRACEBACK_BYTES = 16 * 1024


class StderrHandler(logging.Handler):
    """Writes each record by one `os.write`, past Python's buffers; safe from every thread."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd

    def emit(self, record: logging.LogRecord) -> None:
        try:
            fields = self._fields(record)
            note(fields)
            data = b"\x1e" + json.dumps(fields, ensure_ascii=True).encode("ascii") + b"\n"
            while data:
                data = data[os.write(self._fd, data) :]
        except Exception:
            # There is nothing left to write to.
            return

    def _fields(self, record: logging.LogRecord) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "level": _level_name(record.levelno),
            "logger": record.name,
            "message": clean_text(_message_of(record), MAX_LOG_MESSAGE_BYTES),
        }
        if record.exc_info and record.exc_info[0] is not None:
            fields["traceback"] = keep_end(
                "".join(traceback.format_exception(*record.exc_info)), MAX_LOG_TRACEBACK_BYTES
            )
        elif record.stack_info:
            fields["traceback"] = keep_end(record.stack_info, MAX_LOG_TRACEBACK_BYTES)
        origin = {} if getattr(record, "is_housekeeping", False) else describe_origin()
        fields.update(origin, **getattr(record, "media_bridge", {}))
        return fields


def install_logging(fd: int) -> None:
    """Sends Python's logging, warnings and Twisted's log to `fd`. Drops what is below `info` at first."""
    root = logging.getLogger()
    root.handlers[:] = [StderrHandler(fd)]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    from twisted.logger import globalLogBeginner

    from .twisted_log import TwistedLog

    # What zope.interface declares is not known to types.
    observers: list[Any] = [TwistedLog()]
    # Standard output stays as it is: what modules print is not a record.
    globalLogBeginner.beginLoggingTo(observers, redirectStandardIO=False, discardBuffer=True)


def set_log_level(name: str) -> None:
    """`debug`, `info`, `warning`, `error` or `critical`; others of the host's levels mean the nearest."""
    levels = {"trace": "DEBUG", "warn": "WARNING", "fatal": "CRITICAL", "silent": "CRITICAL"}
    logging.getLogger().setLevel(levels.get(name, name.upper()))
    # At debug these log every descriptor and every connection, which would bury what modules log.
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:
        return f"{record.msg!r} with arguments that do not fit: {error}"


def _level_name(number: int) -> str:
    for level, name in ((50, "critical"), (40, "error"), (30, "warning"), (20, "info")):
        if number >= level:
            return name
    return "debug"


def flush_output() -> None:
    """Before an end that runs no finalizers."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if isinstance(stream, CapturedOutput):
                stream.flush_unfinished()
            stream.flush()
        except Exception:
            continue
