"""Sends an open file to a consumer without reading on the reactor's thread."""

from __future__ import annotations

from typing import Any, BinaryIO

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from ..asynchronous.threads import defer_to_thread
from ..homeserver.homeserver import get_reactor


@implementer(IPushProducer)
class ThreadedFileSender:
    """One file, one consumer. Each piece is read in the reactor's pool and written on its thread."""

    CHUNK_SIZE = 64 * 1024

    def __init__(self, hs: Any = None) -> None:
        self.reactor = get_reactor() if hs is None else hs.get_reactor()
        self.file: BinaryIO | None = None
        self.consumer: Any = None
        self._is_stopped = False
        self._resumed: Deferred[None] | None = None

    def beginFileTransfer(self, file: BinaryIO, consumer: Any) -> Deferred[None]:
        """Fires once the whole file was written; fails where the consumer wants no more, or the file cannot be read."""
        self.file = file
        self.consumer = consumer
        consumer.registerProducer(self, True)
        return ensureDeferred(self.start_read_loop())

    def pauseProducing(self) -> None:
        if self._resumed is None:
            self._resumed = Deferred()

    def resumeProducing(self) -> None:
        resumed, self._resumed = self._resumed, None
        if resumed is not None:
            resumed.callback(None)

    def stopProducing(self) -> None:
        self._is_stopped = True
        self.resumeProducing()

    async def start_read_loop(self) -> None:
        """Sends what `beginFileTransfer` was given."""
        file, consumer = self.file, self.consumer
        if file is None:
            raise RuntimeError("there is no file to be sent: call beginFileTransfer()")
        try:
            while not self._is_stopped:
                piece = await defer_to_thread(self.reactor, file.read, self.CHUNK_SIZE)
                if self._resumed is not None:
                    await self._resumed
                if not piece:
                    return
                if not self._is_stopped:
                    consumer.write(piece)
        finally:
            self.consumer = None
            consumer.unregisterProducer()
        raise ConnectionAbortedError("The consumer wants no more of the file")
