"""The start of a Node: hello, the modules with their configurations, and what they register. Also without a reactor."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from ..shared.errors import CallRefused, NodeUnavailable, StartFailed
from ..shared.releases import KINDS
from ..shared.settings import Settings
from ..wire.channel import Channel
from ..wire.peer import Peer

MAGIC = "synapse-media-bridge-callbacks"
PROTOCOL_VERSION = 1
_STEP_SECONDS = 0.25

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """A callback that a TypeScript module registered. `module`, `kind` and `nth` identify it for good."""

    slot: int
    kind: str
    module: int
    nth: int
    name: str
    file: str | None

    @property
    def key(self) -> tuple[int, str, int]:
        return (self.module, self.kind, self.nth)


class Hello:
    """Waits for the first message of Node."""

    def __init__(self) -> None:
        self._said: Deferred[Any] = Deferred()

    def hear(self, params: Any) -> None:
        if not self._said.called:
            self._said.callback(params)

    def lose(self, reason: str) -> None:
        if not self._said.called:
            self._said.errback(Failure(NodeUnavailable(reason)))

    async def check(self) -> None:
        """Raises `StartFailed` for a program that is not ours, or is of another version."""
        params = await self._said
        if not isinstance(params, dict) or params.get("magic") != MAGIC:
            raise StartFailed("the program at the other end is not media-bridge callbacks")
        try:
            oldest, newest = map(int, params["protocol"])
        except (KeyError, TypeError, ValueError):
            oldest, newest = 0, 0
        if not oldest <= PROTOCOL_VERSION <= newest:
            raise StartFailed(
                f"media-bridge {params.get('version')} speaks protocol {oldest} to {newest}, this package "
                f"{PROTOCOL_VERSION}: install the same version of both"
            )


async def initialize(peer: Peer, hello: Hello, settings: Settings) -> None:
    """Has Node import the modules and parse their configurations. Raises `StartFailed` with the file and the line."""
    await hello.check()
    params = {
        "protocol": PROTOCOL_VERSION,
        "pid": os.getpid(),
        "log_level": "info",
        "modules": [entry.to_wire() for entry in settings.entries],
    }
    _result_of(await _ask(peer, "initialize", params))


async def set_up(peer: Peer, facts: dict[str, Any]) -> list[Entry]:
    """Has Node set the modules up; what they register, in order. Raises `StartFailed` with the file and the line."""
    result = _result_of(await _ask(peer, "set_up", facts))
    try:
        return [read_entry(entry) for entry in result["entries"]]
    except (TypeError, LookupError) as error:
        raise StartFailed("Node told of its callbacks in another form") from error


async def open_shadows(peer: Peer, params: dict[str, Any], deadline_ms: int) -> None:
    """Has Node begin to load the shadows. Raises `NodeUnavailable`, or `StartFailed` where one that is waited for
    cannot be loaded."""
    _result_of(await _ask(peer, "shadows", params, deadline_ms))


def read_entry(wire: Any) -> Entry:
    """An entry of the wire. Raises `TypeError` or `LookupError` for anything else."""
    numbers = [wire[name] for name in ("slot", "module", "nth")]
    if not all(type(number) is int for number in numbers) or wire["kind"] not in KINDS:
        raise TypeError("a callback is described in another form")
    slot, module, nth = numbers
    return Entry(slot, wire["kind"], module, nth, str(wire["name"]), wire["file"])


def wait_for(
    steps: Coroutine[Any, Any, T], channel: Channel, deadline_ms: int, on_step: Callable[[], None] = lambda: None
) -> T:
    """Runs the steps of a start to their end while the reactor waits. Raises what they raise, or `NodeUnavailable`."""
    outcome: list[Any] = []
    ensureDeferred(steps).addBoth(outcome.append)
    end = time.monotonic() + deadline_ms / 1000
    while not outcome:
        left = end - time.monotonic()
        if left <= 0:
            channel.close(f"the TypeScript modules were not loaded within {deadline_ms} ms (start_deadline_ms)")
            break
        channel.pump(min(left, _STEP_SECONDS))
        on_step()
    if not outcome:
        raise NodeUnavailable("the start was given up")
    if isinstance(outcome[0], Failure):
        outcome[0].raiseException()
    result: T = outcome[0]
    return result


async def _ask(peer: Peer, method: str, params: Any, deadline_ms: int | None = None) -> Any:
    try:
        return await peer.request(method, params, deadline_ms)
    except CallRefused as error:
        raise StartFailed(f"{method}: {error}") from error


def _result_of(answer: Any) -> Any:
    if not isinstance(answer, dict):
        raise StartFailed("Node answered in another form")
    failed = answer.get("failed")
    if failed is not None:
        raise StartFailed(str(failed.get("message")) if isinstance(failed, dict) else "Node answered in another form")
    return answer
