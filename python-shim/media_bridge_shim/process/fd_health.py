"""Looks whether this process still has the file descriptors that everything in it needs."""

from __future__ import annotations

import errno
import os
import resource
from collections import Counter

# So often in a row: a module may be about to give back what it took.
LOOKS = 4
NONE_LEFT = "No file descriptors are left"


class FdHealth:
    """Asked by the watchdog's thread."""

    def __init__(self) -> None:
        self._problems = 0

    def look(self) -> str | None:
        """In words, what is wrong and stays wrong: then no code in this process can be relied upon."""
        problem = find_problem()
        self._problems = 0 if problem is None else self._problems + 1
        if self._problems < LOOKS:
            return None
        return f"{problem}: {_describe_use()}" if problem == NONE_LEFT else problem


def find_problem() -> str | None:
    """What is wrong at this moment, in words."""
    # Not 0: `sys.stdin.close()` means no harm.
    closed = [fd for fd in (1, 2) if not _is_open(fd)]
    if closed:
        return f"A module closed what it did not open, file descriptors {', '.join(map(str, closed))} among it"
    try:
        os.close(os.dup(1))
    except OSError as error:
        if error.errno == errno.EMFILE:
            return NONE_LEFT
    return None


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _describe_use() -> str:
    # Names of links need no descriptor; a list of them would.
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    uses: Counter[str] = Counter()
    for fd in range(limit):
        try:
            uses[os.readlink(f"/proc/self/fd/{fd}")] += 1
        except OSError:
            continue
    most = ", ".join(f"{count} are {target}" for target, count in uses.most_common(3))
    return f"of {limit}, {most}" if most else f"{limit} are in use"
