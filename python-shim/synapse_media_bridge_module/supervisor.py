"""Keeps a Node there: starts it, notices its end, and starts it again. Callbacks keep their places meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from synapse.module_api import ModuleApi
from twisted.internet import threads
from twisted.internet.defer import Deferred, ensureDeferred

from . import releases
from .channel import Channel
from .conversation import Entry, Hello, initialize, read_entry, set_up, wait_for
from .database import Interactions
from .errors import NodeUnavailable, StartFailed
from .homeserver import HomeserverCalls
from .log import log_line
from .pauses import Pauses
from .peer import Peer
from .process import Process, open_channel
from .settings import Settings

logger = logging.getLogger(__name__)

_FORGIVE_SECONDS = 30.0
_PING_SECONDS = 10.0
# A Node that does not answer for this long beyond the longest deadline is blocked for good.
_BLOCKED_MS = 60_000
_STOP_MS = 5_000


class Supervisor:
    """The Node of one entry of Synapse's `modules:`."""

    def __init__(self, settings: Settings, api: ModuleApi, on_entry: Callable[[Entry], None]) -> None:
        self._settings = settings
        self._api = api
        self._reactor = releases.reactor_of(api)
        self._on_entry = on_entry
        self._known: dict[tuple[int, str, int], Entry] = {}
        self._slots: dict[tuple[int, str, int], int] = {}
        self._node: _Node | None = None
        self._pauses = Pauses()
        self._is_stopping = False

    def start(self) -> None:
        """Loads the modules while Synapse's own start waits. Raises `StartFailed` or `NodeUnavailable`."""
        channel, process = open_channel(self._settings)
        node = self._make_node(channel, process)
        try:
            entries = wait_for(
                node.converse(), node.channel, self._settings.start_deadline_ms, node.homeserver.refuse_late
            )
        except BaseException:
            node.give_up("the start failed")
            raise
        node.attach()
        if not node.channel.is_open:
            raise NodeUnavailable("Node ended at its start")
        self._take(node, entries)
        self._reactor.callLater(_PING_SECONDS, self._ping)
        self._reactor.addSystemEventTrigger("before", "shutdown", self.stop)

    def slot_of(self, entry: Entry) -> int:
        slot = self._slots.get(entry.key)
        if self._node is None or slot is None:
            raise NodeUnavailable("Node is not there")
        return slot

    async def run(self, params: list[Any], deadline_ms: int) -> Any:
        if self._node is None:
            raise NodeUnavailable("Node is not there")
        return await releases.make_deferred_yieldable(self._node.peer.request("run", params, deadline_ms))

    def stop(self) -> Any:
        """Ends the modules in order, with Synapse. Fires once they have ended, or have taken too long."""
        self._is_stopping = True
        node = self._node
        if node is None:
            return None
        ended = node.peer.request("shutdown", {"grace_ms": _STOP_MS}, _STOP_MS + 1_000)
        return ended.addBoth(lambda _: node.give_up("Synapse stops"))

    def _make_node(self, channel: Any, process: Process) -> _Node:
        return _Node(self._settings, self._api, self._reactor, channel, process, self._on_late, self._on_lost)

    def _take(self, node: _Node, entries: list[Entry]) -> None:
        self._node = node
        self._slots = {}
        for entry in [*entries, *node.late]:
            self._add(entry)
        for lost in set(self._known) - set(self._slots):
            logger.error("The restarted modules did not register %s again: it answers 503", self._known[lost])

    def _add(self, entry: Entry) -> None:
        self._slots[entry.key] = entry.slot
        if entry.key not in self._known:
            self._known[entry.key] = entry
            self._on_entry(entry)

    def _on_late(self, node: _Node, entry: Entry) -> None:
        if node is self._node:
            self._add(entry)
        else:
            # Its answer about what was registered before is still on its way, or waits for its turn.
            node.late.append(entry)

    def _on_lost(self, node: _Node, reason: str) -> None:
        self._reactor.callInThread(node.process.end)
        if node is not self._node:
            return
        self._node = None
        if self._is_stopping:
            return
        logger.error("Node, which runs the TypeScript modules, is gone: %s; it is started again", reason)
        self._reactor.callLater(self._pauses.after_crash(), self._restart)

    def _restart(self) -> None:
        if self._is_stopping:
            return
        opening = threads.deferToThreadPool(self._reactor, self._reactor.getThreadPool(), open_channel, self._settings)
        opening.addCallback(self._continue_restart).addErrback(self._fail_restart)

    def _continue_restart(self, opened: tuple[Any, Process]) -> Any:
        node = self._make_node(*opened)
        if self._is_stopping:
            node.give_up("Synapse stops")
            return None
        node.attach()
        steps: Deferred[Any] = ensureDeferred(node.converse())
        steps.addTimeout(self._settings.start_deadline_ms / 1000, self._reactor)

        def fail(failure: Any) -> Any:
            node.process.kill()
            node.give_up("the start failed")
            return failure

        return steps.addCallbacks(lambda entries: self._finish_restart(node, entries), fail)

    def _finish_restart(self, node: _Node, entries: list[Entry]) -> None:
        if not node.channel.is_open:
            raise NodeUnavailable("Node ended at its start")
        self._take(node, entries)
        self._pauses.start_succeeded()
        self._reactor.callLater(_FORGIVE_SECONDS, self._forgive, node)
        logger.info("The TypeScript modules are there again")

    def _forgive(self, node: _Node) -> None:
        if node is self._node:
            self._pauses.forgive()

    def _fail_restart(self, failure: Any) -> None:
        message = str(failure.value) if failure.check(StartFailed, NodeUnavailable) else failure.getTraceback()
        logger.error("The TypeScript modules cannot be loaded again: %s", message)
        if not self._is_stopping:
            self._reactor.callLater(self._pauses.after_failure(), self._restart)

    def _ping(self) -> None:
        if self._is_stopping:
            return
        self._reactor.callLater(_PING_SECONDS, self._ping)
        node = self._node
        if node is None or node.is_pinged:
            return
        longest = max(self._settings.deadline_ms, self._settings.spam_deadline_ms)
        node.ping(_BLOCKED_MS + (longest if node.peer.calls_in_flight else 0))


class _Node:
    """One process, or one connection to a process of others."""

    def __init__(
        self,
        settings: Settings,
        api: ModuleApi,
        reactor: Any,
        channel: Any,
        process: Process,
        on_late: Callable[[_Node, Entry], None],
        on_lost: Callable[[_Node, str], None],
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
