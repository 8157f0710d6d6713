"""One Node: its channel, what is asked of it, and what it may ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synapse.module_api import ModuleApi

from ..reached.database import Interactions
from ..reached.homeserver import HomeserverCalls
from ..shared.settings import Settings
from ..wire.channel import Channel
from ..wire.peer import Peer
from .conversation import Entry, Hello, initialize, read_entry, set_up
from .log import log_line
from .process import Process


class Node:
    """One process, or one connection to a process of others."""

    def __init__(
        self,
        settings: Settings,
        api: ModuleApi,
        reactor: Any,
        channel: Any,
        process: Process,
        on_late: Callable[[Node, Entry], None],
        on_lost: Callable[[Node, str], None],
        on_shares: Callable[[Any], None],
    ) -> None:
        self.process = process
        self.is_pinged = False
        self.late: list[Entry] = []
        self._settings = settings
        self._api = api
        self._hello = Hello()
        self._on_lost = on_lost
        self.homeserver = HomeserverCalls(api)
        self.database = Interactions(api, self._call_from_thread)
        self.peer = Peer(
            reactor,
            {"homeserver": self.homeserver.answer, "database": self.database.answer},
            {
                "hello": self._hello.hear,
                "log": log_line,
                "shares": on_shares,
                "registered": lambda params: on_late(self, read_entry(params["entry"])),
            },
        )
        self.channel = Channel(channel, reactor, self.peer.receive, self._lose)
        self.peer.open(self.channel)

    async def converse(self) -> list[Entry]:
        """What the modules register. Raises `StartFailed` or `NodeUnavailable`."""
        await initialize(self.peer, self._hello, self._settings)
        api = self._api
        facts = {
            "server_name": api.server_name,
            "public_baseurl": api.public_baseurl,
            "worker_name": api.worker_name,
            "worker_app": api.worker_app or "synapse.app.homeserver",
            "run_background_tasks": api.should_run_background_tasks(),
        }
        return await set_up(self.peer, facts)

    def attach(self) -> None:
        self.channel.attach()
        self.homeserver.begin()

    def ping(self, deadline_ms: int) -> None:
        self.is_pinged = True
        self.peer.request("ping", None, deadline_ms).addCallbacks(self._hear, self._despair)

    def give_up(self, reason: str) -> None:
        self.channel.close(reason)

    def _hear(self, _answer: Any) -> None:
        self.is_pinged = False

    def _despair(self, _failure: Any) -> None:
        if self.channel.is_open:
            self.process.kill()
            self.channel.close("it answers nothing any more")

    def _lose(self, reason: str) -> None:
        self._hello.lose(reason)
        self.database.lose()
        self.peer.lose(reason)
        self._on_lost(self, reason)

    def _call_from_thread(self, task: Callable[[], None]) -> None:
        self.channel.call_from_thread(task)
