"""One socket to Node: frames in both directions, by the reactor, or at a start by hand while the reactor waits."""

from __future__ import annotations

import logging
import os
import select
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReadWriteDescriptor
from zope.interface import implementer

from media_bridge_shim.wire.codec import decode, encode
from media_bridge_shim.wire.frames import FrameError, FrameReader

from ..shared.errors import NodeUnavailable

logger = logging.getLogger(__name__)

# Node that leaves more than this unread is not asked further.
MAX_QUEUED_BYTES = 32 * 1024 * 1024


@implementer(IReadWriteDescriptor)
class Channel:
    """Owns the socket. `on_message` gets each decoded message, `on_lost` is called once, with the reason."""

    def __init__(
        self,
        channel: socket.socket,
        reactor: Any,
        on_message: Callable[[Any], None],
        on_lost: Callable[[str], None],
    ) -> None:
        channel.setblocking(False)
        self._socket = channel
        self._reactor = reactor
        self._on_message = on_message
        self._on_lost = on_lost
        self._reader = FrameReader()
        self._unsent: deque[memoryview] = deque()
        self._unsent_bytes = 0
        self._is_open = True
        # What threads want to be done while the reactor waits for a start.
        self._lock = threading.Lock()
        self._tasks: deque[Callable[[], None]] = deque()
        self._is_attached = False
        self._is_writing = False
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_in.setblocking(False)

    @property
    def is_open(self) -> bool:
        return self._is_open

    @property
    def unread_bytes(self) -> int:
        """What the socket has not taken yet."""
        return self._unsent_bytes

    def send(self, message: Any) -> None:
        """Sends now what the socket takes, the rest when it can. Raises `NodeUnavailable`, or what `encode` raises."""
        if not self._is_open:
            raise NodeUnavailable("the channel to Node is closed")
        frame = encode(message)
        if self._unsent_bytes + len(frame) > MAX_QUEUED_BYTES:
            raise NodeUnavailable(f"Node leaves more than {MAX_QUEUED_BYTES} bytes unread")
        self._unsent.append(memoryview(frame))
        self._unsent_bytes += len(frame)
        if len(self._unsent) == 1:
            self._write()

    def call_from_thread(self, task: Callable[[], None]) -> None:
        """Has the reactor's thread do something, also while it waits for a start. For other threads."""
        with self._lock:
            if not self._is_attached:
                self._tasks.append(task)
                self._wake_out.send(b"\0")
                return
        self._reactor.callFromThread(task)

    def pump(self, seconds: float) -> None:
        """Waits for something to happen, and handles it: in place of the reactor, until `attach`."""
        writes = [self._socket] if self._unsent else []
        readable, writable, _ = select.select([self._socket, self._wake_in], writes, [], max(0.0, seconds))
        if self._wake_in in readable:
            self._do_tasks()
        if writable:
            self._write()
        if self._socket in readable:
            self.doRead()

    def attach(self) -> None:
        """From now on the reactor serves the channel."""
        with self._lock:
            self._is_attached = True
        self._do_tasks()
        if not self._is_open:
            return
        self._reactor.addReader(self)
        if self._unsent:
            self._is_writing = True
            self._reactor.addWriter(self)

    def close(self, reason: str) -> None:
        """Ends the channel, if it is open: `on_lost` is called."""
        if not self._is_open:
            return
        self._is_open = False
        if self._is_attached:
            self._reactor.removeReader(self)
            self._reactor.removeWriter(self)
        for end in (self._socket, self._wake_in, self._wake_out):
            end.close()
        self._unsent.clear()
        self._on_lost(reason)

    # The interface of Twisted.

    def fileno(self) -> int:
        return self._socket.fileno()

    def logPrefix(self) -> str:
        return "synapse_media_bridge_module"

    def connectionLost(self, reason: Any) -> None:
        self.close(f"the reactor gave it up: {reason}")

    def doRead(self) -> None:
        try:
            if self._reader.fill(self._socket.fileno()) == 0:
                self.close("Node closed it")
                return
            for body in self._reader.frames():
                self._on_message(decode(body))
                if not self._is_open:
                    return
        except BlockingIOError:
            return
        except FrameError as error:
            logger.error("Node broke the protocol: %s; first bytes: %r", error, error.head)
            self.close("Node broke the protocol")
        except OSError as error:
            self.close(os.strerror(error.errno) if error.errno else str(error))

    def doWrite(self) -> None:
        self._write()

    def _write(self) -> None:
        try:
            while self._unsent:
                first = self._unsent[0]
                sent = self._socket.send(first)
                self._unsent_bytes -= sent
                if sent < len(first):
                    self._unsent[0] = first[sent:]
                else:
                    self._unsent.popleft()
        except BlockingIOError:
            if self._is_attached and not self._is_writing:
                self._is_writing = True
                self._reactor.addWriter(self)
            return
        except OSError as error:
            self.close(os.strerror(error.errno) if error.errno else str(error))
            return
        if self._is_writing:
            self._is_writing = False
            self._reactor.removeWriter(self)

    def _do_tasks(self) -> None:
        try:
            self._wake_in.recv(65536)
        except OSError:
            pass
        while True:
            with self._lock:
                if not self._tasks:
                    return
                task = self._tasks.popleft()
            task()
