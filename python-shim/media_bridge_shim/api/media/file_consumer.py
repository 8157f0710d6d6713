"""A consumer that writes to a file without blocking the reactor."""

from __future__ import annotations

from typing import Any, BinaryIO

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.internet.interfaces import IConsumer
from zope.interface import implementer

from ..asynchronous.threads import defer_to_thread

# A producer that pushes is paused while more than this waits for the disk.
PAUSE_BYTES = 512 * 1024


@implementer(IConsumer)
class BackgroundFileConsumer:
    """Writes in the reactor's pool. `wait()` tells that all of it is written, once the producer has left."""

    def __init__(self, file_obj: BinaryIO, reactor: Any) -> None:
        self._file = file_obj
        self._reactor = reactor
        self._producer: Any = None
        self._is_streaming = False
        self._is_paused = False
        self._chunks: list[bytes] = []
        self._waiting_bytes = 0
        self._writing: Deferred[None] | None = None
        self._error: Exception | None = None
        self._waiter: Deferred[None] | None = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        if self._producer is not None:
            raise RuntimeError(f"{producer!r} cannot be registered: {self._producer!r} was not unregistered")
        self._producer = producer
        self._is_streaming = streaming
        if not streaming:
            producer.resumeProducing()

    def unregisterProducer(self) -> None:
        self._producer = None
        self._settle()

    def write(self, write_bytes: bytes) -> None:
        if self._error is not None:
            raise self._error
        self._chunks.append(bytes(write_bytes))
        self._waiting_bytes += len(write_bytes)
        if self._is_streaming and not self._is_paused and self._waiting_bytes > PAUSE_BYTES:
            self._is_paused = True
            self._producer.pauseProducing()
        if self._writing is None:
            self._writing = ensureDeferred(self._write())

    def wait(self) -> Deferred[None]:
        if self._waiter is None:
            self._waiter = Deferred()
            self._settle()
        return self._waiter

    async def _write(self) -> None:
        # The first piece is written a turn later, so that those of one burst go together.
        await succeed(None)
        while self._chunks and self._error is None:
            data = b"".join(self._chunks)
            self._chunks.clear()
            try:
                await defer_to_thread(self._reactor, self._file.write, data)
            except Exception as error:
                self._error = error
                if self._producer is not None:
                    self._producer.stopProducing()
                break
            self._waiting_bytes -= len(data)
            self._ask_for_more()
        self._writing = None
        self._settle()

    def _ask_for_more(self) -> None:
        if self._producer is None or self._waiting_bytes > PAUSE_BYTES // 2:
            return
        if not self._is_streaming or self._is_paused:
            self._is_paused = False
            self._producer.resumeProducing()

    def _settle(self) -> None:
        is_done = self._producer is None and self._writing is None
        if self._waiter is None or self._waiter.called or not (is_done or self._error is not None):
            return
        if self._error is not None:
            self._waiter.errback(self._error)
        else:
            self._waiter.callback(None)
