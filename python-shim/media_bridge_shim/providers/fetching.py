"""Asks one provider for a file, and has it spooled and checked."""

from __future__ import annotations

import asyncio
import inspect
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ..answers.errors import AnswerError
from ..api.asynchronous.awaitables import start
from ..api.media.files import FileInfo
from .spool import Spool


@dataclass(frozen=True)
class WantedFile:
    """`path` is relative to the media store, `spool` the absolute path to write to; `sha256` may be unknown."""

    path: str
    info: FileInfo
    spool: str
    length: int
    sha256: str | None


async def fetch_into_spool(
    loop: asyncio.AbstractEventLoop, executor: Executor, provider: Any, wanted: WantedFile
) -> bool:
    """Whether the provider has the file; it is in the spool then, and is the one that was stored. What the
    provider raises, or gives instead, is raised."""
    responder = await close_when_late(provider.fetch(wanted.path, wanted.info))
    if not responder:
        return False
    if not callable(getattr(responder, "write_to_consumer", None)):
        raise AnswerError(f"fetch() answered with a {type(responder).__name__}, which is not a Responder")
    spool = Spool(loop, executor, wanted.spool, wanted.length)
    try:
        with responder:
            await spool.open()
            await write_to(responder, spool)
        await spool.finish(wanted.sha256)
    finally:
        spool.abandon()
    return True


async def write_to(responder: Any, spool: Spool) -> None:
    """Until the responder says that it wrote everything, or the spool will take no more."""
    writing = responder.write_to_consumer(spool)
    if inspect.isawaitable(writing):
        await first_of(start(writing), spool)
    elif spool.has_producer:
        # It says nothing about its end, so the end is when its producer leaves.
        await spool.stopped
    if spool.error is not None:
        raise spool.error


def first_of(writing: Deferred[Any], spool: Spool) -> Deferred[None]:
    """Fires when the responder is done, or the spool failed: not every producer settles once it is told to stop."""
    first: Deferred[None] = Deferred(lambda _: writing.cancel())

    def on_written(result: Any) -> None:
        if first.called:
            return
        failed = isinstance(result, Failure) and spool.error is None
        first.errback(result) if failed else first.callback(None)

    def on_stopped(_: None) -> None:
        if spool.error is not None and not first.called:
            first.callback(None)

    spool.stopped.addCallback(on_stopped)
    writing.addBoth(on_written)
    return first


async def close_when_late(answer: Any) -> Any:
    """Awaits what `fetch` answered. A Deferred cannot be stopped: what it gives after it was given up is closed."""
    if not isinstance(answer, Deferred):
        return await answer if inspect.isawaitable(answer) else answer
    wanted: Deferred[Any] = Deferred(lambda _: None)

    def on_answer(result: Any) -> None:
        if not wanted.called:
            wanted.errback(result) if isinstance(result, Failure) else wanted.callback(result)
        elif not isinstance(result, Failure) and result:
            with result:
                pass

    answer.addBoth(on_answer)
    return await wanted
