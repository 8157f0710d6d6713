"""A process beside this one that sees the host's end also where no thread of ours gets to run, and ends what is left.

It is forked before anything is imported, so it costs next to no memory, and holds nothing but one end of the channel.
"""

import os
import select
import signal
import time

# For type comments: an annotation would be a syntax error where the Python is old enough.
from ..wire.channel import Channel  # noqa: F401

# Set by the host, another value for each child: this process leads a group of its own, and all that it starts inherits
# the mark, whatever group it moves to.
MARK = "MEDIA_BRIDGE_CHILD"
# Longer than an orphan that can end by itself gives itself.
GRACE_SECONDS = 6.0
ROUNDS = 100


def start_reaper(channel):
    # type: (Channel) -> None
    """Forks the reaper, where the host has set the mark and the system has room for it."""
    if MARK not in os.environ:
        return
    pid = os.getpid()
    # A fork closes the channel's own descriptors.
    fd = os.dup(channel.read_fd)
    try:
        middle = os.fork()
    except OSError:
        os.close(fd)
        return
    if middle == 0:
        # Twice, so that it is not a child of this process: modules wait for any child of theirs.
        try:
            if os.fork() == 0:
                _watch(pid, fd, channel.log_fd)
        finally:
            os._exit(0)
    os.waitpid(middle, 0)
    os.close(fd)


def _watch(pid, fd, log_fd):
    # type: (int, int, int) -> None
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # What the host waits for must not be held open.
    for other in (0, 1, 2, log_fd):
        os.close(other)
    poller = select.poll()
    # No events asked for: only the other side's end wakes it.
    poller.register(fd, 0)
    poller.poll()
    end_at = time.monotonic() + GRACE_SECONDS
    while _is_there(pid) and time.monotonic() < end_at:
        time.sleep(0.05)
    for _ in range(ROUNDS):
        if not _kill_marked():
            break
        time.sleep(0.01)
    os.killpg(0, signal.SIGKILL)


def _is_there(pid):
    # type: (int) -> bool
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _kill_marked():
    # type: () -> bool
    """Kills every other process that carries the mark; whether there was one."""
    mark = ("%s=%s\0" % (MARK, os.environ[MARK])).encode()
    found = False
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open("/proc/%s/environ" % name, "rb") as file:
                if mark in file.read():
                    os.kill(int(name), signal.SIGKILL)
                    found = True
        except OSError:
            # It is gone, or another user's.
            continue
    return found
