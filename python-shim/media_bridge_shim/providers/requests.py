"""The host's requests about storage providers: `store_file`, `fetch_file` and `delete_file`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter_ns
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, succeed

from ..answers.errors import WireError, make_callback_error
from ..api.asynchronous.awaitables import maybe_awaitable
from ..api.media.files import make_file_info
from ..loading.loader import LoadedModule
from .attempt import run_within
from .fetching import WantedFile, fetch_into_spool
from .spool import SpoolFailed

# Of our own: the reactor's pool may be full of modules' work just when a spool must not wait.
WRITING_THREADS = 4

# How one provider did: outcome, microseconds, error map.
Attempt = tuple[str, int, "WireError | None"]


class ProviderRequests:
    """`find` gives the loaded provider with an index, or raises `ProtocolError`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, find: Callable[[int], LoadedModule]) -> None:
        self._loop = loop
        self._find = find
        self._executor = ThreadPoolExecutor(WRITING_THREADS, thread_name_prefix="media-bridge-spool")

    def store_file(self, params: Mapping[str, Any]) -> Deferred[Attempt]:
        """`["stored" or "failed", microseconds, error or nil]`."""
        provider = self._find(params["provider"])
        path, info = params["path"], make_file_info(params["file_info"])

        async def store() -> None:
            await maybe_awaitable(provider.instance.store_file(path, info))

        return ensureDeferred(self._attempt(provider, "store_file", params["deadline_ms"], store(), _is_stored))

    def delete_file(self, params: Mapping[str, Any]) -> Deferred[Attempt | None]:
        """`["deleted" or "failed", microseconds, error or nil]`; nil where the provider has no way to delete."""
        provider = self._find(params["provider"])
        path, info = params["path"], make_file_info(params["file_info"])
        # Synapse's base class has no such method, so the providers written for it have none either.
        delete_file = getattr(provider.instance, "delete_file", None)
        if not callable(delete_file):
            return succeed(None)

        async def delete() -> None:
            await maybe_awaitable(delete_file(path, info))

        return ensureDeferred(self._attempt(provider, "delete_file", params["deadline_ms"], delete(), _is_deleted))

    def fetch_file(self, params: Mapping[str, Any]) -> Deferred[list[Any]]:
        """`[index of the provider that had it or nil, [["found", "absent" or "failed", microseconds, error], …]]`."""
        providers = [self._find(index) for index in params["providers"]]
        info = make_file_info(params["file_info"])
        wanted = WantedFile(params["path"], info, params["spool"], params["length"], params["sha256"])
        return ensureDeferred(self._fetch(providers, wanted, params["deadline_ms"]))

    async def _fetch(self, providers: list[LoadedModule], wanted: WantedFile, deadline_ms: float) -> list[Any]:
        attempts: list[Attempt] = []
        for provider in providers:
            work = fetch_into_spool(self._loop, self._executor, provider.instance, wanted)
            attempts.append(await self._attempt(provider, "fetch", deadline_ms, work, _is_found))
            if attempts[-1][0] == "found":
                return [provider.index, attempts]
        return [None, attempts]

    async def _attempt(
        self,
        provider: LoadedModule,
        what: str,
        deadline_ms: float,
        work: Coroutine[Any, Any, Any],
        judge: Callable[[Any], str],
    ) -> Attempt:
        started = perf_counter_ns()
        try:
            result = await run_within(self._loop, what, provider.path, deadline_ms / 1000, work)
        except (SpoolFailed, GeneratorExit):
            raise
        except BaseException as error:
            wire = make_callback_error(error, module=provider.index)
            return "failed", (perf_counter_ns() - started) // 1000, wire
        return judge(result), (perf_counter_ns() - started) // 1000, None


def _is_stored(_result: object) -> str:
    return "stored"


def _is_deleted(_result: object) -> str:
    return "deleted"


def _is_found(result: bool) -> str:
    return "found" if result else "absent"
