"""Calls to Node and requests from it: ids, deadlines, typed errors (docs/bridge-protocol.md)."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.python.failure import Failure

from ..shared.errors import CallRefused, NodeUnavailable
from .channel import Channel

logger = logging.getLogger(__name__)

_REQUEST, _RESPONSE, _NOTIFICATION = 0, 1, 2
# How late a deadline may be noticed: one coarse timer for all calls, since a timer for each costs more than the rest.
_TICK_SECONDS = 0.1
# Requests of modules that may wait at a time: more are refused.
MAX_IN_FLIGHT = 1_000

Handler = Callable[[Any], Any]


class Peer:
    """Node at the other end of a channel. Ids count up from 1 and are never used again."""

    def __init__(self, reactor: Any, requests: Mapping[str, Handler], notifications: Mapping[str, Handler]) -> None:
        self._reactor = reactor
        self._requests = requests
        self._notifications = notifications
        self._channel: Channel | None = None
        self._last_id = 0
        self._last_peer_id = 0
        # The answer, when it is due by the monotonic clock, and what is told then.
        self._pending: dict[int, tuple[Deferred[Any], float, str]] = {}
        self._is_ticking = False
        self._in_flight = 0

    def open(self, channel: Channel) -> None:
        self._channel = channel

    @property
    def calls_in_flight(self) -> int:
        return len(self._pending)

    def request(self, method: str, params: Any, deadline_ms: int | None = None) -> Deferred[Any]:
        """Fires with the result, or fails with `CallRefused` or `NodeUnavailable`, at the deadline too."""
        answer: Deferred[Any] = Deferred()
        self._last_id += 1
        number = self._last_id
        due = math.inf
        if deadline_ms is not None:
            due = time.monotonic() + deadline_ms / 1000
            if not self._is_ticking:
                self._is_ticking = True
                self._reactor.callLater(_TICK_SECONDS, self._tick)
        self._pending[number] = (answer, due, f"no answer to {method} within {deadline_ms} ms")
        try:
            self._send([_REQUEST, number, method, params])
        except Exception as error:
            self._settle(number, Failure(_as_unavailable(error)))
        return answer

    def notify(self, method: str, params: Any) -> None:
        """Does nothing once the channel is closed."""
        try:
            self._send([_NOTIFICATION, method, params])
        except NodeUnavailable:
            pass

    def lose(self, reason: str) -> None:
        """The channel is gone: every call in flight fails."""
        for number in list(self._pending):
            self._settle(number, Failure(NodeUnavailable(reason)))

    def receive(self, message: Any) -> None:
        """One message from Node. One of an unknown shape ends the channel."""
        match message:
            case [int(code), int(number), error, result] if code == _RESPONSE:
                self._settle(number, result if error is None else Failure(_refusal_of(error)))
            case [int(code), int(number), str(method), params] if code == _REQUEST and number > self._last_peer_id:
                self._last_peer_id = number
                self._answer(number, method, params)
            case [int(code), str(method), params] if code == _NOTIFICATION:
                self._hear(method, params)
            case _:
                self._refuse_nonsense("a message of an unknown shape")

    def _hear(self, method: str, params: Any) -> None:
        handler = self._notifications.get(method)
        if handler is None:
            return
        try:
            handler(params)
        except (TypeError, ValueError, LookupError) as error:
            self._refuse_nonsense(f"the notification {method} in another form: {type(error).__name__}: {error}")

    def _refuse_nonsense(self, what: str) -> None:
        logger.error("Node broke the protocol: it sent %s", what)
        if self._channel is not None:
            self._channel.close("Node broke the protocol")

    def _answer(self, number: int, method: str, params: Any) -> None:
        handler = self._requests.get(method)
        if handler is None or self._in_flight >= MAX_IN_FLIGHT:
            kind = "protocol" if handler is None else "unavailable"
            message = "the method is unknown" if handler is None else "too many requests wait for their answers"
            self._reply(number, {"kind": kind, "type": "Refused", "message": message, "traceback": ""}, None)
            return
        self._in_flight += 1
        answer: Deferred[Any] = maybeDeferred(handler, params)
        answer.addBoth(self._end_answer, number, method)

    def _end_answer(self, result: Any, number: int, method: str) -> None:
        self._in_flight -= 1
        if not isinstance(result, Failure):
            self._reply(number, None, result)
            return
        error = result.value
        logger.error("A request of Node failed: %s", method, exc_info=error)
        self._reply(number, _error_of(error), None)

    def _reply(self, number: int, error: Any, result: Any) -> None:
        try:
            self._send([_RESPONSE, number, error, result])
        except NodeUnavailable:
            pass
        except Exception as failure:
            # The result cannot be said in a frame.
            self._send([_RESPONSE, number, _error_of(failure), None])

    def _send(self, message: Any) -> None:
        if self._channel is None:
            raise NodeUnavailable("Node is not connected")
        self._channel.send(message)

    def _tick(self) -> None:
        now = time.monotonic()
        late = [number for number, (_, due, _words) in self._pending.items() if due <= now]
        for number in late:
            self._settle(number, Failure(NodeUnavailable(self._pending[number][2])))
        self._is_ticking = bool(self._pending)
        if self._is_ticking:
            self._reactor.callLater(_TICK_SECONDS, self._tick)

    def _settle(self, number: int, outcome: Any) -> None:
        """An answer that no call waits for is ignored."""
        answer = self._pending.pop(number, (None,))[0]
        # One whose caller gave it up has been called.
        if answer is not None and not answer.called:
            answer.callback(outcome)


def _as_unavailable(error: Exception) -> Exception:
    if isinstance(error, NodeUnavailable):
        return error
    return NodeUnavailable(f"the call cannot be sent: {type(error).__name__}: {error}")


def _refusal_of(error: Any) -> Exception:
    if not isinstance(error, Mapping):
        return CallRefused("protocol", "an error of another form")
    return CallRefused(str(error.get("kind")), str(error.get("message")))


def _error_of(error: BaseException | None) -> dict[str, Any]:
    text = str(error).encode("utf-8", "backslashreplace").decode()[:4096]
    return {"kind": "host", "type": type(error).__name__, "message": text, "traceback": ""}
