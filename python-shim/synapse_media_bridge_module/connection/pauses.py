"""How long Node stays away before it is started again."""

from __future__ import annotations

import random

_FIRST_SECONDS = 0.2
# A Node that cannot be started is hardly there a moment later; one that was there is wanted back soon.
_LONGEST_AFTER_FAILURE = 30.0
_LONGEST_AFTER_CRASH = 2.0


class Pauses:
    """Each pause is twice as long as the one before, up to a bound, and a little irregular."""

    def __init__(self) -> None:
        self._crashes = 0
        self._failures = 0

    def after_crash(self) -> float:
        """Seconds, for a Node that had started."""
        self._crashes += 1
        return _pause(self._crashes, _LONGEST_AFTER_CRASH)

    def after_failure(self) -> float:
        """Seconds, for a start that failed."""
        self._failures += 1
        return _pause(self._failures, _LONGEST_AFTER_FAILURE)

    def start_succeeded(self) -> None:
        self._failures = 0

    def forgive(self) -> None:
        """Node has been there for a while."""
        self._crashes = 0


def _pause(count: int, longest: float) -> float:
    return min(longest, _FIRST_SECONDS * 2.0 ** min(count - 1, 10)) * random.uniform(0.8, 1.2)
