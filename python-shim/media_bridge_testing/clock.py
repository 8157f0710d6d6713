"""A clock that moves only when a test says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# 1 January 2026, UTC.
START = 1_767_225_600.0


class TestClock:
    """The time of the reactor, of Synapse's clocks and of `time.time()`. asyncio's own timers do not go by it."""

    # Not a test, whatever its name says to pytest.
    __test__ = False

    def __init__(self, reactor: Any, turn: Callable[[], None]) -> None:
        self._reactor = reactor
        self._turn = turn
        self._now = START

    def time(self) -> float:
        """Seconds of the epoch."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves on, and makes the calls that become due in their order. Returns once what they do at once is done."""
        until = self._now + seconds
        while True:
            due = [call.getTime() for call in self._reactor.getDelayedCalls() if call.getTime() <= until]
            if not due:
                break
            self._now = max(self._now, min(due))
            self._reactor.runUntilCurrent()
            self._turn()
        self._now = until
        self._turn()
