"""Answers the host: one fixed table of methods."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import __version__
from .answers.errors import ProtocolError, RunCancelled, Unavailable, WireError, make_error
from .callbacks.runner import Runner
from .context import held_back
from .loading.modules import PROTOCOL_VERSION, LoadFailure, Modules
from .logs.prometheus import render_metrics
from .process.lifecycle import Lifecycle
from .providers.requests import ProviderRequests
from .requests import Requests
from .wire.channel import Channel
from .wire.connection import Connection
from .wire.frames import FrameError
from .wire.loop import ChannelLoop

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

logger = logging.getLogger(__name__)

MAX_GRACE_MS = 3_600_000
# What a method returns that answers later by itself.
_LATER = object()


class Server:
    """Speaks the protocol on the channel, from `hello` to the end of file."""

    def __init__(self, channel: Channel, loop: ChannelLoop, reactor: Any, lifecycle: Lifecycle) -> None:
        self._loop = loop
        self._lifecycle = lifecycle
        self._connection = Connection(channel, loop, self._on_message, self._on_end)
        self._requests = Requests(self._connection.send)
        self._modules = Modules(reactor, self._requests.call_host, self.notify, loop.call_soon_threadsafe)
        self._runner: Runner | None = None
        self._last_id = 0
        provider_requests = ProviderRequests(loop, self._modules.find_provider)
        self._methods: Mapping[str, Callable[[int, Any], Any]] = {
            "run": self._run,
            "ping": lambda _id, _params: None,
            "initialize": self._initialize,
            "construct": lambda _id, params: self._modules.construct(params),
            "describe": lambda _id, params: self._modules.describe(params),
            "serve_web": lambda _id, params: self._modules.serve_web(params),
            "started": lambda _id, _params: lifecycle.start_reactor(),
            "metrics": lambda _id, _params: render_metrics(),
            "held_back": lambda _id, _params: held_back.counts(),
            "store_file": lambda call_id, params: self._answer_later(call_id, provider_requests.store_file, params),
            "fetch_file": lambda call_id, params: self._answer_later(call_id, provider_requests.fetch_file, params),
            "delete_file": lambda call_id, params: self._answer_later(call_id, provider_requests.delete_file, params),
            "shutdown": self._shutdown,
        }

    def say_hello(self) -> None:
        self.notify(
            "hello",
            {
                "magic": "synapse-media-bridge",
                "protocol": [PROTOCOL_VERSION, PROTOCOL_VERSION],
                "shim": __version__,
                "python": platform.python_version(),
                "pid": os.getpid(),
            },
        )
        self._connection.flush()

    def finish(self) -> None:
        self._connection.finish()

    def _on_message(self, message: Any) -> None:
        shape = message[0] if type(message) is list and message else None
        if shape != 0 or len(message) != 4:
            self._on_other(shape, message)
            return
        _, call_id, name, params = message
        if type(call_id) is not int or type(name) is not str:
            raise FrameError("A request of no known shape")
        if call_id <= self._last_id:
            raise FrameError(f"A request whose id does not count up: {call_id} after {self._last_id}")
        self._last_id = call_id
        try:
            method = self._methods.get(name)
            if method is None:
                raise ProtocolError(f"there is no method {name!r}")
            result = method(call_id, params)
        except Exception as failure:
            self._reply(call_id, failure, None)
        else:
            if result is not _LATER:
                self._reply(call_id, None, result)

    def _on_other(self, shape: Any, message: Any) -> None:
        if shape == 1 and len(message) == 4 and type(message[1]) is int:
            _, call_id, error, result = message
            self._requests.settle(call_id, error, result)
        elif shape == 2 and len(message) == 3 and type(message[1]) is str:
            _, name, params = message
            if name == "cancel" and self._runner is not None:
                self._runner.cancel(_read_id(params))
        else:
            raise FrameError("A message of no known shape")

    def _run(self, call_id: int, params: Any) -> Any:
        if self._runner is None or self._lifecycle.is_ending:
            raise Unavailable("The child takes no new work")
        trace, steps, *caller = params
        if not self._lifecycle.has_started:
            # `call` never says that it started: modules' threads and timers must go all the same.
            self._lifecycle.start_reactor()
        results = self._runner.start(call_id, trace, steps, *caller)
        return _LATER if results is None else results

    def _answer_later(self, call_id: int, method: Callable[[Any], Deferred[Any]], params: Any) -> Any:
        if self._lifecycle.is_ending:
            raise Unavailable("The child takes no new work")
        if not self._lifecycle.has_started:
            self._lifecycle.start_reactor()
        method(params).addCallbacks(
            lambda result: self._reply(call_id, None, result),
            lambda failure: self._reply(call_id, failure.value, None),
        )
        return _LATER

    def _initialize(self, _call_id: int, params: Any) -> Any:
        try:
            result = self._modules.initialize(params)
        except (TypeError, ValueError, LookupError) as error:
            raise ProtocolError(f"initialize with wrong parameters: {error!r}") from error
        self._runner = Runner(self._modules.registry.entries, self._loop, self._reply)
        return result

    def _shutdown(self, call_id: int, params: Any) -> Any:
        grace_ms = params["grace_ms"]
        if not 0 <= grace_ms <= MAX_GRACE_MS:
            raise ProtocolError(f"shutdown with a grace of {grace_ms} ms")
        self._lifecycle.end(self._runner, grace_ms / 1000, lambda: self._reply(call_id, None, None))
        return _LATER

    def _on_end(self) -> None:
        self._requests.fail_all("the service is gone")
        self._lifecycle.end(None, 0.0, lambda: None)

    def notify(self, name: str, params: Any) -> None:
        self._connection.send([2, name, params])

    def _reply(self, call_id: int, failure: BaseException | None, result: Any) -> None:
        try:
            self._connection.send([1, call_id, None if failure is None else _to_wire(failure), result])
        except Exception as error:
            # Each text was measured and cleaned; together they can still be too much.
            self._connection.send([1, call_id, make_error("protocol", error), None])


def _read_id(params: Any) -> int:
    call_id = params.get("id") if isinstance(params, dict) else None
    if type(call_id) is not int:
        raise FrameError("A cancel without an id")
    return call_id


def _to_wire(failure: BaseException) -> WireError:
    if isinstance(failure, LoadFailure):
        return failure.wire
    if isinstance(failure, Unavailable):
        return make_error("unavailable", failure)
    if isinstance(failure, RunCancelled):
        return make_error("cancelled", failure)
    if not isinstance(failure, ProtocolError):
        logger.error("A request failed for a reason of the shim's own", exc_info=failure)
    return make_error("protocol", failure)
