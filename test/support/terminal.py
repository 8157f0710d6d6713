"""Runs a command on a terminal of its own, 100 columns wide, and passes on what it shows and how it ends.

While stdout is not read, the terminal is not read either, once the pipe is full.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

SIZE = struct.pack("HHHH", 40, 100, 0, 0)


def main(command: list[str]) -> int:
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, SIZE)
        # A service takes the end of its terminal for a wish to reload: it is to end with this program all the same.
        os.execvp("setpriv", ["setpriv", "--pdeathsig", "KILL", "--", *command])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: os.kill(pid, number))
    # A test may have given a pipe of which its own end does not wait.
    os.set_blocking(1, True)
    while True:
        select.select([terminal], [], [])
        try:
            shown = os.read(terminal, 65536)
        except OSError:
            # Linux says so when the last process has closed the terminal.
            break
        while shown:
            shown = shown[os.write(1, shown) :]
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


sys.exit(main(sys.argv[1:]))
