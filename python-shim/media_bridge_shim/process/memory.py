"""A bound on what this process may ask the system for: past it Python raises `MemoryError` where the guilty code is."""

from __future__ import annotations

import sys


def limit_memory(max_bytes: int) -> None:
    """
    Memory that is private and written to, in bytes, of this process and of each one that modules start; a lower limit
    that is set already stays. Systems other than Linux do not have this limit: there only the service watches it.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    for known in (soft, hard):
        if known != resource.RLIM_INFINITY:
            max_bytes = min(max_bytes, known)
    resource.setrlimit(resource.RLIMIT_DATA, (max_bytes, hard))
