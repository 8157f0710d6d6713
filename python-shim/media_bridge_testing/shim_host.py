"""`ModuleApi` of this service, without a service around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SERVER_NAME = "example.test"


class ShimHost:
    """Makes the API of one module at a time."""

    def __init__(self, reactor: Any, folder: Path) -> None:
        from media_bridge_shim.callbacks.registry import Registry
        from media_bridge_shim.context import service

        database = folder / "modules.db"
        database.touch()
        self._service = service.Service(
            server_name=SERVER_NAME,
            public_baseurl=f"https://{SERVER_NAME}/",
            media_store_path=str(folder / "media"),
            max_upload_size=50 * 1024 * 1024,
            enable_authenticated_media=True,
            worker_name="media",
            worker_app="synapse.app.media_repository",
            run_background_tasks=True,
            dry_run=False,
            registry=Registry({0: "the module"}, lambda _index: None),
            reactor=reactor,
            call_host=_refuse,
            web=_NoWeb(),
            database={"name": "sqlite3", "args": {"database": str(database)}, "own": False},
        )
        service.set_current(self._service)

    def make_api(self, path: str) -> Any:
        from media_bridge_shim.api.module_api import ModuleApi

        return ModuleApi(self._service, 0, path)

    def start(self, coroutine: Any, requester: str | None) -> Any:
        """A Deferred for whatever a callback waits with, in the context of a request as the service makes it."""
        from media_bridge_shim.api.asynchronous.awaitables import start
        from media_bridge_shim.api.asynchronous.logging_context import PreserveLoggingContext, RequestContext

        with PreserveLoggingContext(RequestContext(None, requester)):
            return start(coroutine)

    def close(self) -> None:
        from media_bridge_shim.api.homeserver.homeserver import get_clock
        from media_bridge_shim.database.access import forget_pool

        get_clock().shutdown()
        forget_pool(self._service)


class _NoWeb:
    def register(self, _module_index: int, _module_path: str, _path: str, _resource: Any) -> None:
        """Served in a whole service alone: `media_bridge.start_service`."""


def _refuse(_method: str, params: Any) -> Any:
    from twisted.internet.defer import fail

    what = params.get("call", "this") if isinstance(params, dict) else "this"
    return fail(
        AssertionError(
            f"the module asks the homeserver ({what}), and the test does not say what it answers: media_bridge.answer()"
        )
    )
