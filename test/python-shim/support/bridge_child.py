"""A small host for the tests: a real child over real pipes."""

import json
import os
import select
import struct
import subprocess
import sys
import threading
from pathlib import Path

import msgpack

SHIM = Path(__file__).parents[3] / "python-shim"
MODULES = Path(__file__).parents[1] / "modules"
HEADER = struct.Struct(">I")
TIMEOUT_SECONDS = 20


class CallError(Exception):
    def __init__(self, error):
        super().__init__(f"{error['kind']} {error['type']}: {error['message']}\n{error['traceback']}")
        self.error = error


class Child:
    def __init__(self, executable=sys.executable, env=None):
        self.process = subprocess.Popen(
            [executable, str(SHIM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        self.notifications = []
        self.slots = []
        self.stderr = []
        self._stderr_grew = threading.Condition()
        self._buffer = b""
        self._responses = {}
        self._last_id = 0
        self._stderr_thread = threading.Thread(target=self._drain_stderr, daemon=True)
        self._stderr_thread.start()

    # What the host sends.

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        body = msgpack.packb(message)
        self.write(HEADER.pack(len(body)) + body)

    def request(self, method, params=None):
        self._last_id += 1
        self.send([0, self._last_id, method, params])
        return self._last_id

    def call(self, method, params=None):
        return self.answer_of(self.request(method, params))

    def notify(self, method, params):
        self.send([2, method, params])

    # What the child says.

    def answer_of(self, call_id):
        while call_id not in self._responses:
            self.take(self.receive())
        error, result = self._responses.pop(call_id)
        if error is not None:
            raise CallError(error)
        return result

    def notification(self, name):
        while True:
            for position, (given, params) in enumerate(self.notifications):
                if given == name:
                    del self.notifications[position]
                    return params
            self.take(self.receive())

    def take(self, message):
        if message[0] == 1:
            self._responses[message[1]] = (message[2], message[3])
        else:
            self.notifications.append((message[1], message[2]))

    def receive(self):
        body = self._read_exactly(HEADER.unpack(self._read_exactly(4))[0])
        return msgpack.unpackb(body, strict_map_key=False)

    def _read_exactly(self, count):
        while len(self._buffer) < count:
            ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT_SECONDS)
            assert ready, f"the child is silent; stderr:\n{self.stderr_text()}"
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                raise EOFError(self.stderr_text())
            self._buffer += data
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _drain_stderr(self):
        for line in self.process.stderr:
            with self._stderr_grew:
                self.stderr.append(line.decode("utf-8", "replace"))
                self._stderr_grew.notify_all()

    def stderr_text(self):
        return "".join(self.stderr)

    def wait_for_stderr(self, text):
        """The first line with `text` in it, once it was written."""
        with self._stderr_grew:
            assert self._stderr_grew.wait_for(lambda: text in self.stderr_text(), TIMEOUT_SECONDS), self.stderr_text()
            return next(line for line in self.stderr if text in line)

    def wait_for_record(self, text):
        line = self.wait_for_stderr(text)
        assert line.startswith("\x1e"), line
        return json.loads(line[1:])

    def wait_for_exit(self):
        status = self.process.wait(TIMEOUT_SECONDS)
        self._stderr_thread.join(TIMEOUT_SECONDS)
        return status

    # The usual beginning.

    def initialize(self, *modules, dry_run=False, providers=(), **more):
        self.notification("hello")
        return self.call(
            "initialize",
            {
                "protocol": 1,
                "epoch": 1,
                "parent_pid": os.getpid(),
                "service": {
                    "server_name": "example.org",
                    "public_baseurl": None,
                    "media_store_path": "/media",
                    "max_upload_size": 1000,
                    "enable_authenticated_media": True,
                    "worker_name": "media",
                    "worker_app": "synapse.app.media_repository",
                    "run_background_tasks": False,
                },
                "sys_path": [str(MODULES)],
                "dry_run": dry_run,
                "log_level": "info",
                "modules": make_entries(0, modules),
                "storage_providers": make_entries(len(modules), providers),
                **more,
            },
        )

    def load(self, *modules, **more):
        """Initializes, constructs and starts; what `construct` answered, module by module."""
        modules = [module if isinstance(module, tuple) else (module, {}) for module in modules]
        self.initialize(*modules, **more)
        answers = [self.call("construct", {"index": index}) for index in range(len(modules))]
        self.slots = [entry["slot"] for answer in answers for entry in answer["entries"]]
        self.slot_of = {
            (index, entry["kind"]): entry["slot"] for index, answer in enumerate(answers) for entry in answer["entries"]
        }
        self.call("started")
        return answers

    def run(self, kind, *args, slots=None, deadline_ms=10_000, trace=False):
        """One step over all slots; its result."""
        slots = self.slots if slots is None else slots
        return self.call("run", [trace, [[kind, slots, list(args), deadline_ms]]])[0]

    def ask(self, kind, expression, *args, module=0):
        """One step of the `asked` child: the module's answer is the expression, the silent module follows."""
        return self.run(kind, expression, *args, slots=[self.slot_of[module, kind], self.slot_of[2, kind]])

    def close(self):
        for stream in (self.process.stdin, self.process.stdout):
            try:
                stream.close()
            except OSError:
                continue
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._stderr_thread.join(1)
        self.process.stderr.close()


def make_entries(first, entries):
    return [
        {"index": index, "module": module, "config": config if isinstance(config, str) else json.dumps(config)}
        for index, (module, config) in enumerate(entries, first)
    ]
