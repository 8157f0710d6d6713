"""Files that are held to be regular ones: a pipe is not waited for, a symbolic link in a file's place not followed."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

IN_PLACE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_for_reading(path: str, buffering: int = -1) -> BinaryIO:
    """The folders above it may be symbolic links. `OSError` where something else is in its place."""
    return os.fdopen(_open_regular(path, os.O_RDONLY), "rb", buffering)


def open_for_writing(path: str) -> BinaryIO:
    """Emptied, or new. `OSError` where something else is in its place, which is not written to."""
    fd = _open_regular(path, os.O_WRONLY | os.O_CREAT)
    try:
        os.ftruncate(fd, 0)
    except BaseException:
        os.close(fd)
        raise
    return os.fdopen(fd, "wb")


def _open_regular(path: str, flags: int) -> int:
    fd = os.open(path, flags | IN_PLACE, 0o666)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(f"{path} is not a regular file")
    except BaseException:
        os.close(fd)
        raise
    return fd
