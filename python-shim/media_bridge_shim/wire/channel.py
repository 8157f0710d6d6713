"""Takes the channel away from fd 0 and 1 before any other import, so that nothing else writes on it or reads it."""

import fcntl
import os
import sys

# Out of the way of modules that close what they did not open: a number that is closed is another's file next.
PRIVATE_FROM = 100


class Channel:
    """The private descriptors of the channel, -1 in a forked child, where the channel is closed; and one of stderr."""

    def __init__(self, read_fd, write_fd, log_fd):
        # type: (int, int, int) -> None
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.log_fd = log_fd

    def close(self):
        # type: () -> None
        for fd in (self.read_fd, self.write_fd):
            if fd != -1:
                os.close(fd)
        self.read_fd = self.write_fd = -1


def claim():
    # type: () -> Channel
    """Moves fd 0 and 1 away (not inherited by what is executed), puts the null device on 0 and stderr on 1."""
    channel = Channel(_copy(0), _copy(1), _copy(2))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    # os.dup2 answers a descriptor that what is executed inherits.
    os.dup2(2, 1)
    os.register_at_fork(after_in_child=channel.close)
    if hasattr(sys.stdout, "reconfigure"):
        # Python chose block buffering for the pipe that fd 1 was: what a module prints would be seen at the very end.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    return channel


def _copy(fd):
    # type: (int) -> int
    try:
        return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, PRIVATE_FROM)
    except OSError:
        # Fewer are allowed.
        return os.dup(fd)
