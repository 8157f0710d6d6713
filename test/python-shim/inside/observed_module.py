"""A Python module with some callbacks, observed for a shadow, and the Node that is told, in the hands of a test."""

import asyncio

from hostile_node import HostileNode
from media_bridge_shim.wire.codec import decode
from synapse.module_api import MediaUploadLimit, ModuleApi
from synapse_media_bridge_module.shadows.observed import ObservedModule
from synapse_media_bridge_module.shadows.reports import Reports
from synapse_media_bridge_module.shared.settings import read_settings

CONFIG = "get_media_config_for_user"
ALLOWED = "is_user_allowed_to_upload_media_of_size"
LIMITS = "get_media_upload_limits_for_user"
EXCEEDED = "on_media_upload_limit_exceeded"
SPAM = "check_media_file_for_spam"
USER = "@a:example.test"
ARGS = {CONFIG: (USER,), ALLOWED: (USER, 10), LIMITS: (USER,), EXCEEDED: (USER, MediaUploadLimit(10.5, 5), 1, 2)}


class File:
    def __init__(self, path):
        self.path = str(path)


class Info:
    server_name, file_id, url_cache, thumbnail = None, "abc", False, None


class FakeApi(ModuleApi):
    """Takes registrations, as Synapse's own does."""

    def __init__(self):
        self.registered = []

    def register_media_repository_callbacks(self, **callbacks):
        self.registered += callbacks.items()

    def register_spam_checker_callbacks(self, **callbacks):
        self.registered += callbacks.items()


class Observed:
    """One module with some callbacks, observed, and the Node that is told."""

    def __init__(self, folder):
        settings = read_settings(
            {
                "modules": [{"module": "a.B", "shadow": {"typescript": "/x.ts"}}],
                "data_path": str(folder),
            }
        )
        self.reports = Reports(settings)
        self._nodes = []
        self.attach()
        self.module = ObservedModule(0, self.reports)
        self.api = FakeApi()
        self.seen = self.module.api(self.api)

    def attach(self):
        """A Node is there, after the one before."""
        self.node = HostileNode()
        self._nodes.append(self.node)
        self.node.theirs.settimeout(5)
        self.reports.attach(self.node.peer, self.node.channel)
        self._unread = b""

    def register(self, kind, callback):
        group = "spam_checker" if kind == SPAM else "media_repository"
        getattr(self.seen, f"register_{group}_callbacks")(**{kind: callback})
        return self.api.registered[-1][1]

    def close(self):
        for node in self._nodes:
            node.close()

    def ask(self, callback, *args):
        return asyncio.run(callback(*args))

    def told(self):
        """The next notification of the package."""
        while True:
            if len(self._unread) >= 4:
                length = int.from_bytes(self._unread[:4], "big")
                if len(self._unread) >= 4 + length:
                    body, self._unread = self._unread[4 : 4 + length], self._unread[4 + length :]
                    _, method, params = decode(body)
                    return method, params
            self._unread += self.node.theirs.recv(1 << 20)


def raising(error):
    async def callback(*_args):
        raise error

    return callback


def answering(answer):
    async def callback(*_args):
        return answer

    return callback
