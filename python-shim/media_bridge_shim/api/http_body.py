"""The body of an answer, written into a stream as it arrives."""

from __future__ import annotations

from typing import Any, BinaryIO

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.internet.protocol import connectionDone as CLOSED
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss

from .codes import Codes
from .errors import SynapseError


def collect(response: Any, stream: BinaryIO, max_bytes: int | None) -> Deferred[int]:
    """The number of bytes written. Gives up at the first byte over `max_bytes`, with a `SynapseError`."""
    done: Deferred[int] = Deferred()
    response.deliverBody(BodyWriter(stream, max_bytes, done))
    return done


class BodyWriter(Protocol):
    """Writes what it receives; the first failure wins and ends the connection."""

    def __init__(self, stream: BinaryIO, max_bytes: int | None, done: Deferred[int]) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._done = done
        self._length = 0

    def dataReceived(self, data: bytes) -> None:
        if self._done.called:
            return
        self._length += len(data)
        try:
            if self._max_bytes is not None and self._length > self._max_bytes:
                raise SynapseError(502, f"The file is larger than {self._max_bytes} bytes", Codes.TOO_LARGE)
            self._stream.write(data)
        except Exception:
            self._done.errback(Failure())
            if self.transport is not None:
                self.transport.loseConnection()

    def connectionLost(self, reason: Failure = CLOSED) -> None:
        if self._done.called:
            return
        if reason.check(ResponseDone, PotentialDataLoss):
            self._done.callback(self._length)
        else:
            self._done.errback(reason)
