"""The child that the tests of this folder start: a running reactor, a service, and one module's API as `api`."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

SHIM = Path(__file__).resolve().parents[3] / "python-shim"
sys.path[:0] = [str(SHIM / "compat"), str(SHIM)]


def main(settings: dict, script: str) -> None:
    from twisted.internet import asyncioreactor

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)
    from media_bridge_shim.callbacks.registry import Registry
    from media_bridge_shim.context.service import Service, set_current
    from media_bridge_shim.web.server import WebServer
    from twisted.internet import reactor
    from twisted.internet.defer import ensureDeferred

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    values = {
        "server_name": "example.org",
        "public_baseurl": "https://example.org/",
        "media_store_path": "/srv/media",
        "max_upload_size": 50,
        "enable_authenticated_media": True,
        "worker_name": "media1",
        "worker_app": "synapse.app.media_repository",
        "run_background_tasks": True,
        "dry_run": False,
        **settings,
    }
    registry = Registry({0: "my.module.Class"}, lambda index: None)
    service = Service(
        **values,
        registry=registry,
        reactor=reactor,
        call_host=lambda method, params: None,
        web=WebServer(registry.add_resource, reactor),
    )
    set_current(service)
    from synapse.module_api import ModuleApi

    scope = {"service": service, "registry": registry, "reactor": reactor}
    exec(compile(script, "script", "exec"), scope)
    failures = []

    async def run() -> None:
        try:
            # As in the service: modules are constructed while the reactor runs.
            scope["api"] = ModuleApi(service, 0, "my.module.Class")
            sys.stdout.write(json.dumps(await scope["main"]()))
        except BaseException as error:
            failures.append(error)
        finally:
            reactor.stop()

    reactor.callWhenRunning(lambda: ensureDeferred(run()))
    reactor.run()
    if failures:
        raise failures[0]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.stdin.read())
