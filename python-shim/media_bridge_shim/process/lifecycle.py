"""When the reactor starts and how the process ends."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Callable
from typing import Any

from ..callbacks.runner import Runner
from .watchdog import Watchdog

logger = logging.getLogger(__name__)

# For Twisted's shutdown triggers and for threads of modules that do not end by themselves.
END_SECONDS = 3.0


class Lifecycle:
    """The loop runs from the first frame on; for modules the reactor starts once all of them are constructed.

    So `callWhenRunning` in an `__init__` waits for the others, as in Synapse.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, reactor: Any, watchdog: Watchdog) -> None:
        self._loop = loop
        self._reactor = reactor
        self._watchdog = watchdog
        self._stop_reactor: Callable[[], None] = reactor.stop
        self.has_started = False
        self.is_ending = False
        signal.signal(signal.SIGTERM, self._on_sigterm)

    def start_reactor(self) -> None:
        """Fires the startup event; once."""
        if not self.has_started:
            self.has_started = True
            # What modules loaded stays: no collection has to look through it again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(20_000, 20, 20)
            self._reactor.startRunning(installSignalHandlers=True)
            self._stop_reactor, self._reactor.stop = self._reactor.stop, self._on_stop
            signal.signal(signal.SIGTERM, self._on_sigterm)
            self._reactor.addSystemEventTrigger("before", "shutdown", self._on_shutdown)

    def end(self, runner: Runner | None, grace_seconds: float, on_drained: Callable[[], None]) -> None:
        """Lets runs end within the grace, calls `on_drained`, fires the shutdown triggers, leaves the loop."""
        if self.is_ending:
            on_drained()
            return
        self.is_ending = True
        self._watchdog.end_within(grace_seconds + END_SECONDS)

        def stop() -> None:
            on_drained()
            self._stop()

        if runner is None:
            stop()
            return
        self._loop.call_later(grace_seconds, runner.cancel_all)
        runner.when_idle(stop)

    def run(self) -> None:
        """Returns after the shutdown triggers."""
        while True:
            try:
                self._loop.run_forever()
                if self.is_ending:
                    return
                logger.critical("A module stopped the event loop, which continues")
            except (SystemExit, KeyboardInterrupt):
                # asyncio lets them through from a callback of its own; a module does not end the service.
                logger.critical("A module tried to end the process from the event loop", exc_info=True)

    def _stop(self) -> None:
        if not self.has_started:
            # Modules that were only looked at do not start in order to end.
            self._reactor.fireSystemEvent("shutdown")
        elif not self._reactor._stopped:
            self._stop_reactor()

    def _on_stop(self) -> None:
        logger.critical("A module stops the reactor: this process ends, and is started again", stack_info=True)
        self._stop_reactor()

    def _on_sigterm(self, _number: int, _frame: Any) -> None:
        self._loop.call_soon_threadsafe(self.end, None, 0.0, lambda: None)

    def _on_shutdown(self) -> None:
        self.is_ending = True
        self._watchdog.end_within(END_SECONDS)
