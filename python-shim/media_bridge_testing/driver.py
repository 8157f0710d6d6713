"""The event loop under the tests: Twisted's reactor on asyncio, as in the service; it turns while a test waits."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest

# A callback that waits longer, by the machine's clock, waits for what the test does not do.
PATIENCE_SECONDS = 15.0
TURNS = 20


class Driver:
    """One for a whole session: a process has one reactor."""

    def __init__(self) -> None:
        if "twisted.internet.reactor" in sys.modules:
            raise pytest.UsageError("media_bridge_testing: another plugin has installed a Twisted reactor already")
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        # Before test files import modules, and these the reactor.
        from twisted.internet import asyncioreactor

        asyncioreactor.install(self._loop)
        from twisted.internet import reactor

        self.reactor: Any = reactor
        self.reactor.startRunning(installSignalHandlers=False)

    def go_by(self, time: Callable[[], float]) -> None:
        """From now on, what time it is for the reactor. Calls of a former test that wait are not made any more."""
        for call in self.reactor.getDelayedCalls():
            call.cancel()
        self.reactor.seconds = time

    def wait(self, deferred: Any) -> Any:
        """Turns the loop until a Deferred has fired; its result, or what it failed with."""
        future = asyncio.wait_for(deferred.asFuture(self._loop), PATIENCE_SECONDS)
        try:
            return self._loop.run_until_complete(future)
        except asyncio.TimeoutError:
            raise TimeoutError(
                f"no answer within {PATIENCE_SECONDS:.0f} s: where the callback waits for the clock, "
                "use start() in place of call(), move media_bridge.clock, then ask for the result()"
            ) from None

    def turn(self) -> None:
        """Lets everything run that is ready to."""
        for _ in range(TURNS):
            self._loop.run_until_complete(asyncio.sleep(0))

    def close(self) -> None:
        # Ends the reactor's threads, which keep the process alive.
        self.reactor.fireSystemEvent("shutdown")
        self._loop.close()
