"""The formatter that Synapse's log configurations name."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType


class LogFormatter(logging.Formatter):
    """Formats the stack above a failure as well, where there is one."""

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        text = super().formatException(ei)
        trace = ei[2]
        if trace is None or trace.tb_frame.f_back is None:
            return text
        above = "".join(traceback.format_stack(trace.tb_frame.f_back)).rstrip("\n")
        return f"Called from:\n{above}\n{text}"
