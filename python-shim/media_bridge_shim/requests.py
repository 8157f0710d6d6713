"""Requests of the child to the host, waiting for their responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, fail

from .answers.errors import HostError


class Requests:
    """`send` puts a message on the channel. Only for the main thread."""

    def __init__(self, send: Callable[[Any], None]) -> None:
        self._send = send
        self._last_id = 0
        self._waiting: dict[int, Deferred[Any]] = {}

    def call_host(self, method: str, params: Any) -> Deferred[Any]:
        """Fails with `HostError` where the host refuses or is gone, or with what the codec refuses."""
        self._last_id += 1
        call_id = self._last_id
        try:
            self._send([0, call_id, method, params])
        except Exception as error:
            return fail(error)
        # The host's answer to a call that was given up is ignored.
        waiting: Deferred[Any] = Deferred(lambda _: self._forget(call_id))
        self._waiting[call_id] = waiting
        return waiting

    def _forget(self, call_id: int) -> None:
        self._waiting.pop(call_id, None)

    def settle(self, call_id: int, error: Any, result: Any) -> None:
        waiting = self._waiting.pop(call_id, None)
        if waiting is None:
            return
        if error is None:
            waiting.callback(result)
        else:
            waiting.errback(HostError(error))

    def fail_all(self, message: str) -> None:
        waiting, self._waiting = self._waiting, {}
        for deferred in waiting.values():
            deferred.errback(HostError({"kind": "unavailable", "message": message}))
