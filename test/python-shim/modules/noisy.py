"""Does to fd 0 and 1, at import and in callbacks, whatever a module may do."""

import os
import subprocess
import sys

print("printed at import")
os.write(1, b"written at import\n")
os.system("echo echoed at import")


class Module:
    def __init__(self, config, api):
        print("printed in init")
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=getattr(self, config["do"]))

    async def prints(self, user_id, size):
        print("printed in a callback", "\ud800")
        os.write(1, b"\x00\x00\x00\x01written in a callback\n")
        subprocess.run(["echo", "echoed in a callback"], check=True)
        return sys.stdin.read() == ""

    async def forks(self, user_id, size):
        before = open_pipes()
        pid = os.fork()
        if pid == 0:
            print("the fork lost", len(before) - len(open_pipes()), "descriptors", flush=True)
            os._exit(0)
        os.waitpid(pid, 0)
        return True

    async def forks_and_returns(self, user_id, size):
        self.pid = os.fork()
        return self.pid == 0 or os.waitpid(self.pid, 0)[1] != 0

    async def leaks_to_grandchild(self, user_id, size):
        script = "import os; print('grandchild has', [fd for fd in os.listdir('/proc/self/fd') if int(fd) > 2][1:])"
        subprocess.run([sys.executable, "-c", script], close_fds=False, check=True)
        return True

    async def exits_hard(self, user_id, size):
        os._exit(7)


def open_pipes():
    """What the descriptors over 2 that are pipes lead to."""
    links = (os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if int(fd) > 2 and exists(fd))
    return [link for link in links if link.startswith("pipe:")]


def exists(fd):
    return os.path.islink(f"/proc/self/fd/{fd}")
