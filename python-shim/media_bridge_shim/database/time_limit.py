"""How long a transaction may take, where one is set: what a shadow has written keeps others from writing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

LOOK_AGAIN_SECONDS = 0.05


class TransactionTooLong(TimeoutError):
    """The time of a transaction is over, and it was rolled back."""


class TimeLimit:
    """Calls `end` once the `with` has lasted `seconds`, and again and again until it is left.

    `end` rolls back, on a thread of its own: the one that runs the transaction may sleep, or be within a statement. It
    is called again because a function that continues may begin another transaction by means of the driver's own. What
    the function raises afterwards is replaced by a `TransactionTooLong`.
    """

    def __init__(self, desc: str, seconds: float, end: Callable[[], None]) -> None:
        self._message = f"The transaction {desc} took longer than {round(seconds * 1000)} ms and was rolled back"
        self._seconds = seconds
        self._end = end
        self._lock = threading.Lock()
        self._left = threading.Event()
        self._over_at = float("inf")

    @property
    def is_over(self) -> bool:
        # PostgreSQL ends the transaction by its own clock, which may be before the thread here has woken up.
        return time.monotonic() >= self._over_at

    def check(self) -> None:
        """Raises `TransactionTooLong` once the time is over."""
        if self.is_over:
            raise TransactionTooLong(self._message)

    def __enter__(self) -> TimeLimit:
        self._over_at = time.monotonic() + self._seconds
        threading.Thread(target=self._watch, name="transaction time limit", daemon=True).start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # The next user of the connection must not be ended in the place of this one.
        with self._lock:
            self._left.set()
        if not self.is_over:
            # What the connection is used for afterwards has a time of its own.
            self._over_at = float("inf")
        elif isinstance(error, Exception) and not isinstance(error, TransactionTooLong):
            raise TransactionTooLong(self._message) from error

    def _watch(self) -> None:
        wait_seconds = self._seconds
        while not self._left.wait(wait_seconds):
            wait_seconds = LOOK_AGAIN_SECONDS
            with self._lock:
                if not self._left.is_set():
                    self._end()


class NoTimeLimit:
    """In the place of a `TimeLimit`: as long as the function takes."""

    def check(self) -> None:
        return None

    def __enter__(self) -> NoTimeLimit:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        return None


NO_TIME_LIMIT = NoTimeLimit()
AnyTimeLimit = TimeLimit | NoTimeLimit
