"""What a responder writes to: a file of the media store's own folder, filled and hashed off the reactor."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, BinaryIO

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from zope.interface import implementer

# A producer is paused for no longer than the disk needs to get from one to the other.
HIGH_BYTES = 1024 * 1024
LOW_BYTES = 256 * 1024
# A pull producer reads on the reactor: what it may do before others get their turn.
TURN_BYTES = 256 * 1024


class WrongBody(Exception):
    """A provider gave other bytes than were stored."""


class SpoolFailed(Exception):
    """The spool cannot be written; no provider is to blame."""


@implementer(IConsumer)
class Spool:
    """Takes at most `length` bytes. `stopped` fires once nothing more will come or be taken: the producer has
    unregistered, or `error` is there since the body is too long, the disk is full, or a producer raised.

    For the reactor's thread, as every consumer.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, executor: Executor, path: str, length: int) -> None:
        self.error: BaseException | None = None
        self.stopped: Deferred[None] = Deferred()
        self._loop = loop
        self._executor = executor
        self._path = path
        self._length = length
        self._received = 0
        self._producer: Any = None
        self._is_streaming = False
        self._is_paused = False
        self._is_pumping = False
        self._is_awaited = False
        self._is_over = False
        self._chunks: list[bytes] = []
        self._queued_bytes = 0
        self._writing: asyncio.Future[OSError | None] | None = None
        self._written: Deferred[None] | None = None
        self._file: BinaryIO | None = None
        self._hash = hashlib.sha256()

    @property
    def has_producer(self) -> bool:
        return self._producer is not None

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        if self._producer is not None:
            raise RuntimeError(f"{producer!r} cannot be registered: {self._producer!r} was not unregistered")
        if self._is_over:
            producer.stopProducing()
            return
        self._producer = producer
        self._is_streaming = streaming
        self._is_awaited = False
        if not streaming:
            self._loop.call_soon(self._pump)

    def unregisterProducer(self) -> None:
        self._producer = None
        self._stop()

    def write(self, data: bytes) -> None:
        if self._is_over:
            return
        self._is_awaited = False
        chunk = bytes(data)
        self._received += len(chunk)
        if self._received > self._length:
            self._fail(WrongBody(f"more than the {self._length} bytes that were stored"))
            return
        self._chunks.append(chunk)
        self._queued_bytes += len(chunk)
        if self._writing is None:
            self._write_on()
        if self._producer is None:
            return
        if not self._is_streaming:
            if not self._is_pumping:
                self._loop.call_soon(self._pump)
        elif self._queued_bytes > HIGH_BYTES and not self._is_paused:
            self._is_paused = True
            self._call_producer(self._producer.pauseProducing)

    async def open(self) -> None:
        """To be awaited before the first write. `SpoolFailed` where the file cannot be made."""
        error = await self._loop.run_in_executor(self._executor, self._open_file)
        if error is not None:
            raise self._blame_disk(error)

    async def finish(self, sha256: str | None) -> None:
        """All was handed over: waits for the disk. `WrongBody` for another length or another hash (in hex)."""
        if self._writing is not None:
            # Not the future itself: it is done before `_on_written` has seen it.
            self._written = Deferred()
            await self._written
        if self.error is not None:
            raise self.error
        self._is_over = True
        error = await self._loop.run_in_executor(self._executor, self._close_file)
        if error is not None:
            raise self._blame_disk(error)
        if self._received != self._length:
            raise WrongBody(f"{self._received} bytes, where {self._length} were stored")
        if sha256 is not None and self._hash.hexdigest() != sha256:
            raise WrongBody(f"{self._received} bytes of SHA-256 {self._hash.hexdigest()}, where {sha256} were stored")

    def abandon(self) -> None:
        """Takes nothing more, stops the producer and closes the file, finished or not."""
        self._is_over = True
        producer, self._producer = self._producer, None
        if producer is not None:
            self._call_producer(producer.stopProducing)
        if self._writing is None:
            self._executor.submit(self._close_file)
        else:
            self._writing.add_done_callback(lambda _: self._executor.submit(self._close_file))

    def _pump(self) -> None:
        # Asked once for each write: one that writes later would otherwise be asked by the disk as well.
        if self._producer is None or self._is_pumping or self._is_awaited or self._is_over:
            return
        self._is_pumping = True
        enough = self._received + TURN_BYTES
        while self._producer is not None and self._received < enough and self._queued_bytes <= HIGH_BYTES:
            self._is_awaited = True
            self._call_producer(self._producer.resumeProducing)
            if self._is_awaited:
                # It writes later, and the write brings us back here.
                break
        else:
            if self._queued_bytes <= HIGH_BYTES:
                self._loop.call_soon(self._pump)
        self._is_pumping = False

    def _write_on(self) -> None:
        chunks, self._chunks = self._chunks, []
        self._writing = self._loop.run_in_executor(self._executor, self._write_chunks, chunks)
        self._writing.add_done_callback(self._on_written)

    def _on_written(self, writing: asyncio.Future[OSError | None]) -> None:
        self._writing = None
        error = writing.result()
        if error is None:
            self._go_on()
        else:
            self._fail(self._blame_disk(error))
        if self._writing is None and self._written is not None:
            written, self._written = self._written, None
            written.callback(None)

    def _go_on(self) -> None:
        self._queued_bytes = sum(map(len, self._chunks))
        if self._chunks:
            self._write_on()
        if self._producer is None or self._queued_bytes > LOW_BYTES:
            return
        if not self._is_streaming:
            self._pump()
        elif self._is_paused:
            self._is_paused = False
            self._call_producer(self._producer.resumeProducing)

    def _call_producer(self, method: Callable[[], object]) -> None:
        try:
            method()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if self.error is not None:
            return
        self.error = error
        self._chunks = []
        self._is_over = True
        producer, self._producer = self._producer, None
        if producer is not None:
            self._call_producer(producer.stopProducing)
        self._stop()

    def _stop(self) -> None:
        if not self.stopped.called:
            self.stopped.callback(None)

    def _blame_disk(self, error: OSError) -> SpoolFailed:
        failure = SpoolFailed(f"{self._path} cannot be written: {error}")
        failure.__cause__ = error
        return failure

    # What follows runs in threads.

    def _open_file(self) -> OSError | None:
        if self._is_over:
            return None
        try:
            # A new file in every case: an attempt that was given up before may still write to the old one.
            if os.path.lexists(self._path):
                os.unlink(self._path)
            self._file = open(self._path, "xb", buffering=0)
        except OSError as error:
            return error
        return None

    def _write_chunks(self, chunks: list[bytes]) -> OSError | None:
        assert self._file is not None
        data = memoryview(b"".join(chunks))
        self._hash.update(data)
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            return error
        return None

    def _close_file(self) -> OSError | None:
        try:
            if self._file is not None:
                self._file.close()
        except OSError as error:
            return error
        return None
