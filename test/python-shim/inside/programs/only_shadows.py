"""A process with a reactor, whose one module has a shadow. Arguments: the data path, and the command of Node.

What is logged, and which thread puts `shadows.yaml` in its place, is written to stdout.
"""

import logging
import sys
import threading
import types

from synapse_media_bridge_module.module import Loaded, TypeScriptModules
from synapse_media_bridge_module.shared.settings import read_settings
from twisted.internet import reactor


class Module:
    def __init__(self, config, api):
        pass


class Api:
    server_name, public_baseurl, worker_name, worker_app = "example.test", None, None, None

    def __init__(self, folder):
        args = {"database": f"{folder}/homeserver.db"}
        database = types.SimpleNamespace(databases=["main"], config={"name": "sqlite3", "args": args})
        media = types.SimpleNamespace(max_upload_size=10, can_load_media_repo=True)
        config = types.SimpleNamespace(media=media, database=types.SimpleNamespace(databases=[database]))
        self._hs = types.SimpleNamespace(config=config, get_reactor=lambda: reactor)

    def should_run_background_tasks(self):
        return True


def tell_of_renames(event, args):
    if event == "os.rename":
        thread = "the main thread" if threading.current_thread() is threading.main_thread() else "another thread"
        print(f"{thread} writes {args[1]}", flush=True)


folder, *command = sys.argv[1:]
settings = read_settings(
    {
        "modules": [{"module": "a.B", "shadow": {"typescript": "/etc/limits.ts"}}],
        "data_path": folder,
        "command": command,
        "start_deadline_ms": 1000,
    }
)
logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.INFO)
sys.addaudithook(tell_of_renames)
TypeScriptModules(Loaded(settings, {0: (Module, None)}), Api(folder))
reactor.run()
