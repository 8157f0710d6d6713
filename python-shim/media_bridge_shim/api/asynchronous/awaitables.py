"""One way to run what a module returns: plain values, coroutines, Deferreds, asyncio's futures."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator
from types import coroutine
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, fail, succeed

from ...context.current_task import continue_in_task, run_step


def start(value: Any) -> Deferred[Any]:
    """A Deferred for `value`: itself where it is one, running where it can be awaited, fired with it otherwise."""
    if isinstance(value, Deferred):
        return value
    if inspect.isawaitable(value):
        return ensureDeferred(await_anything(value))
    return succeed(value)


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
    """Calls now. What is raised at once fails the Deferred instead."""
    try:
        return start(function(*args, **kwargs))
    except BaseException:
        return fail()


async def maybe_awaitable(value: Any) -> Any:
    """`value`, awaited where it can be."""
    return await value if inspect.isawaitable(value) else value


async def await_anything(awaitable: Awaitable[Any]) -> Any:
    return await translate(awaitable)


@coroutine
def translate(awaitable: Awaitable[Any]) -> Generator[Any, Any, Any]:
    """Hands Twisted a Deferred wherever the code below waits for a future of asyncio's, or asked for its task."""
    steps = awaitable.__await__()
    action, value = steps.send, None
    while True:
        try:
            waiting, lazy_task = run_step(action, value)
        except StopIteration as stop:
            return stop.value
        if lazy_task is not None:
            return (yield continue_in_task(lazy_task, steps, waiting))
        action, value = steps.send, None
        try:
            value = yield (wait_for_future(waiting) if isinstance(waiting, asyncio.Future) else waiting)
        except GeneratorExit:
            steps.close()
            raise
        except BaseException as raised:
            action, value = steps.throw, raised


def wait_for_future(future: asyncio.Future[Any]) -> Deferred[None]:
    """Fires when the future is done, however: the coroutine that waits for it looks at the outcome itself."""

    def cancel(_done: Deferred[None]) -> None:
        future.cancel()

    done: Deferred[None] = Deferred(cancel)
    future.add_done_callback(lambda _: None if done.called else done.callback(None))
    return done
