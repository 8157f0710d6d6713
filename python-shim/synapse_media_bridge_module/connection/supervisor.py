"""Keeps a Node there: starts it, notices its end, and starts it again. Callbacks keep their places meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from synapse.module_api import ModuleApi
from twisted.internet import threads
from twisted.internet.defer import Deferred, ensureDeferred

from ..shadows.reports import Reports
from ..shadows.shadow_config import write_shadow_config
from ..shared import releases
from ..shared.errors import NodeUnavailable, StartFailed
from ..shared.settings import Settings
from .conversation import Entry, open_shadows, wait_for
from .node import Node
from .pauses import Pauses
from .process import Process, open_channel

logger = logging.getLogger(__name__)

_FORGIVE_SECONDS = 30.0
_PING_SECONDS = 10.0
# A Node that does not answer for this long beyond the longest deadline is blocked for good.
_BLOCKED_MS = 60_000
_STOP_MS = 5_000
# What is said where a TypeScript module decides, and where there are only shadows.
_GONE = {True: "Node, which runs the TypeScript modules, is gone", False: "Nothing is compared: Node is gone"}
_NOT_STARTED = {
    True: "The TypeScript modules cannot be loaded again",
    False: "Nothing is compared: Node cannot be started",
}


class Supervisor:
    """The Node of one entry of Synapse's `modules:`."""

    def __init__(
        self,
        settings: Settings,
        api: ModuleApi,
        on_entry: Callable[[Entry], None],
        reports: Reports,
        describe_shadows: Callable[[str, bool], dict[str, Any]],
    ) -> None:
        self._settings = settings
        self._api = api
        self._reactor = releases.reactor_of(api)
        self._on_entry = on_entry
        self._reports = reports
        self._describe_shadows = describe_shadows
        self._known: dict[tuple[int, str, int], Entry] = {}
        self._slots: dict[tuple[int, str, int], int] = {}
        self._node: Node | None = None
        self._pauses = Pauses()
        self._is_stopping = False

    def start(self, build: Callable[[list[Entry]], None]) -> None:
        """Loads the modules while Synapse's own start waits. Raises `StartFailed` or `NodeUnavailable`.

        `build` registers what it is given at its place, in place of `on_entry`. What it raises ends the start.
        """
        channel, process = open_channel(self._settings)
        node = self._make_node(channel, process)
        deadline_ms = self._settings.start_deadline_ms
        try:
            entries = wait_for(node.converse(), node.channel, deadline_ms, node.homeserver.refuse_late)
            self._known = {entry.key: entry for entry in entries}
            build(entries)
            if self._settings.has_shadows:
                wait_for(self._open_shadows(node, waits=True), node.channel, deadline_ms, node.homeserver.refuse_late)
        except BaseException:
            node.give_up("the start failed")
            raise
        node.attach()
        if not node.channel.is_open:
            raise NodeUnavailable("Node ended at its start")
        self._take(node, entries)
        self._watch()

    def start_later(self) -> None:
        """Starts Node once Synapse runs: no verdict waits for it."""
        self._reactor.callWhenRunning(self._restart)
        self._watch()

    def _watch(self) -> None:
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
        return await releases.wait_outside_context(self._node.peer.request("run", params, deadline_ms))

    def stop(self) -> Any:
        """Ends the modules in order, with Synapse. Fires once they have ended, or have taken too long."""
        self._is_stopping = True
        node = self._node
        if node is None:
            return None
        ended = node.peer.request("shutdown", {"grace_ms": _STOP_MS}, _STOP_MS + 1_000)
        return ended.addBoth(lambda _: node.give_up("Synapse stops"))

    def _make_node(self, channel: Any, process: Process) -> Node:
        ends = (self._on_late, self._on_lost, self._reports.hear_shares)
        return Node(self._settings, self._api, self._reactor, channel, process, *ends)

    def _take(self, node: Node, entries: list[Entry]) -> None:
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

    def _on_late(self, node: Node, entry: Entry) -> None:
        if node is self._node:
            self._add(entry)
        else:
            # Its answer about what was registered before is still on its way, or waits for its turn.
            node.late.append(entry)

    def _on_lost(self, node: Node, reason: str) -> None:
        self._reactor.callInThread(node.process.end)
        self._reports.detach(node.peer)
        if node is not self._node:
            return
        self._node = None
        if self._is_stopping:
            return
        logger.error("%s: %s; it is started again", _GONE[self._settings.decides_in_node], reason)
        self._reactor.callLater(self._pauses.after_crash(), self._restart)

    def _restart(self) -> None:
        if self._is_stopping:
            return
        opening = self._in_thread(open_channel, self._settings)
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

    def _finish_restart(self, node: Node, entries: list[Entry]) -> None:
        if not node.channel.is_open:
            raise NodeUnavailable("Node ended at its start")
        self._take(node, entries)
        if self._settings.has_shadows:
            ensureDeferred(self._open_shadows(node, waits=False))
        self._pauses.start_succeeded()
        self._reactor.callLater(_FORGIVE_SECONDS, self._forgive, node)
        if self._settings.decides_in_node:
            logger.info("The TypeScript modules are there again")

    async def _open_shadows(self, node: Node, waits: bool) -> None:
        """Raises only where the start waits for a required shadow; otherwise the failure is logged."""
        try:
            if waits:
                config = write_shadow_config(self._settings, self._api)
            else:
                config = await self._in_thread(write_shadow_config, self._settings, self._api)
            await open_shadows(node.peer, self._describe_shadows(config, waits), self._settings.start_deadline_ms)
        except Exception as error:
            if waits and self._settings.requires_shadows:
                raise
            is_known = isinstance(error, (StartFailed, NodeUnavailable))
            logger.error("Nothing is compared: %s", error, exc_info=not is_known)
            return
        self._reports.attach(node.peer, node.channel)

    def _in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        """Does what waits for a disk or another process while the reactor runs."""
        return threads.deferToThreadPool(self._reactor, self._reactor.getThreadPool(), function, *args)

    def _forgive(self, node: Node) -> None:
        if node is self._node:
            self._pauses.forgive()

    def _fail_restart(self, failure: Any) -> None:
        message = str(failure.value) if failure.check(StartFailed, NodeUnavailable) else failure.getTraceback()
        logger.error("%s: %s", _NOT_STARTED[self._settings.decides_in_node], message)
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
