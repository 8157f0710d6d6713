"""One call into a provider: ended by itself or by its deadline, whichever comes first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from ..answers.errors import DeadlineExceeded
from ..api.asynchronous.awaitables import start
from ..api.asynchronous.failures import exc_info_of
from ..context.running import current_module

logger = logging.getLogger(__name__)


def run_within(
    loop: asyncio.AbstractEventLoop, what: str, module_path: str, seconds: float, work: Coroutine[Any, Any, Any]
) -> Deferred[Any]:
    """Runs `work` in a context that belongs to the module. Past the deadline it is cancelled, and fails at once
    with `DeadlineExceeded`, whatever the work does with its cancellation."""
    context = copy_context()
    context.run(current_module.set, module_path)
    settled: Deferred[Any] = Deferred()
    running = context.run(start, work)

    def expire() -> None:
        settled.errback(DeadlineExceeded(f"{what} of {module_path} is past its deadline of {seconds:g} s"))
        running.cancel()

    timer = loop.call_later(seconds, expire)

    def end(result: Any) -> None:
        timer.cancel()
        if not settled.called:
            settled.errback(result) if isinstance(result, Failure) else settled.callback(result)
        elif isinstance(result, Failure) and not result.check(CancelledError, asyncio.CancelledError):
            message, info = "%s of %s raised after it was given up", exc_info_of(result)
            context.copy().run(logger.warning, message, what, module_path, exc_info=info)

    running.addBoth(end)
    return settled
