"""`ModuleApi` of an installed Synapse, with a homeserver that listens nowhere and has an empty database."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

SERVER_NAME = "example.test"
# A seed of a signing key: this homeserver speaks to none.
SIGNING_KEY = "ed25519 a_test AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


class SynapseHost:
    """Makes the API of one module at a time."""

    def __init__(self, reactor: Any, folder: Path) -> None:
        from synapse.app.homeserver import SynapseHomeServer
        from synapse.config.homeserver import HomeServerConfig

        config = HomeServerConfig()
        config.parse_config_dict(
            {
                "server_name": SERVER_NAME,
                "public_baseurl": f"https://{SERVER_NAME}/",
                "report_stats": False,
                "signing_key": SIGNING_KEY,
                "macaroon_secret_key": "a secret",
                "form_secret": "another secret",
                "trusted_key_servers": [],
                "listeners": [],
                "media_store_path": str(folder / "media"),
                "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
            },
            "",
            str(folder),
        )
        self._homeserver = SynapseHomeServer(SERVER_NAME, config=config, reactor=reactor)
        self._homeserver.setup()

    def make_api(self, _path: str) -> Any:
        return self._homeserver.get_module_api()

    def start(self, coroutine: Any, requester: str | None) -> Any:
        """A Deferred for a coroutine, as in Synapse: one that waits for asyncio's futures fails there too.

        It runs in the context of a request: the requester is its user and its authenticated entity, the rest is empty.
        """
        from synapse.logging.context import (
            ContextRequest,
            LoggingContext,
            PreserveLoggingContext,
            run_coroutine_in_background,
        )

        request = ContextRequest("", "", "", requester, requester, "", "", "", "")
        context = LoggingContext(name="", server_name=SERVER_NAME, request=request)
        with PreserveLoggingContext(context):
            return run_coroutine_in_background(coroutine)

    def close(self) -> None:
        """It stays for the next test."""


@cache
def get_synapse_host(reactor: Any) -> SynapseHost:
    """The one of the session: making it takes seconds, and the metrics of a process are there once."""
    folder = tempfile.mkdtemp(prefix="media-bridge-synapse-")
    atexit.register(shutil.rmtree, folder, True)
    return SynapseHost(reactor, Path(folder))
