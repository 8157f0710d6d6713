"""Twisted's own log, on its way to Python's."""

from __future__ import annotations

import logging
import re
from typing import Any

from twisted.logger import ILogObserver, LogLevel, STDLibLogObserver, formatEvent
from zope.interface import implementer

# What Twisted tells of each connection and each port: it belongs to no module, and at `info` it would bury the rest.
HOUSEKEEPING = re.compile(
    r"(Starting|Stopping) (factory|protocol) .|.+ starting on \S+$|\((TCP |UDP |TLS )?Port .+ Closed\)$", re.DOTALL
)

logger = logging.getLogger("twisted")


@implementer(ILogObserver)
class TwistedLog:
    """Hands everything to the logger `twisted`. Housekeeping is told at `debug` and under no name: it is said in
    whatever code happens to open the connection."""

    def __init__(self) -> None:
        self._observer = STDLibLogObserver(logger.name)

    def __call__(self, event: dict[str, Any]) -> None:
        if event.get("log_level", LogLevel.info) is LogLevel.info and "log_failure" not in event:
            text = formatEvent(event)
            if HOUSEKEEPING.match(text):
                logger.debug("%s", text, extra={"is_housekeeping": True})
                return
        self._observer(event)
