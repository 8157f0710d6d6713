"""The body of an answer, written into a stream as it arrives."""

from __future__ import annotations

from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.internet.protocol import connectionDone as CLOSED
from twisted.python.failure import Failure
from twisted.web.client import FileBodyProducer, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH


class ByteWriteable(Protocol):
    """What a body can be written to: a file, a `BytesIO`, or anything else with `write`."""

    def write(self, data: bytes) -> int: ...


class BodyExceededMaxSize(Exception):
    """The body is larger than was allowed."""


class QuieterFileBodyProducer(FileBodyProducer):
    """Sends a file as a body; one that is stopped twice does not fail."""

    def stopProducing(self) -> None:
        try:
            super().stopProducing()
        except Exception:
            return


def read_body_with_max_size(response: Any, stream: ByteWriteable, max_size: int | None) -> Deferred[int]:
    """The number of bytes that were written. None means without a limit.

    Fails with `BodyExceededMaxSize` where the answer declares more than `max_size` bytes, or has more: as in
    Synapse, the body itself must stay below it.
    """
    done: Deferred[int] = Deferred()
    is_declared_larger = max_size is not None and response.length != UNKNOWN_LENGTH and response.length > max_size
    writer = BodyWriter(stream, max_size, done)
    if is_declared_larger:
        writer.give_up(BodyExceededMaxSize())
    response.deliverBody(writer)
    return done


class BodyWriter(TwistedProtocol):
    """Writes what it receives; the first failure wins and ends the connection."""

    def __init__(self, stream: ByteWriteable, max_bytes: int | None, done: Deferred[int]) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._done = done
        self._length = 0

    def connectionMade(self) -> None:
        if self._done.called:
            self._abort()

    def dataReceived(self, data: bytes) -> None:
        if self._done.called:
            self._abort()
            return
        self._length += len(data)
        try:
            self._stream.write(data)
            if self._max_bytes is not None and self._length >= self._max_bytes:
                raise BodyExceededMaxSize()
        except Exception as error:
            self.give_up(error)
            self._abort()

    def connectionLost(self, reason: Failure = CLOSED) -> None:
        if self._done.called:
            return
        if reason.check(ResponseDone, PotentialDataLoss):
            self._done.callback(self._length)
        else:
            self._done.errback(reason)

    def give_up(self, error: Exception) -> None:
        self._done.errback(Failure(error))

    def _abort(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            # `loseConnection` would wait for a server that sends on; not every transport of a body has the other.
            getattr(transport, "abortConnection", transport.loseConnection)()
