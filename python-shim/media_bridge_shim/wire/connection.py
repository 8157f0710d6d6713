"""The channel inside the event loop: reads frames, hands each message on, writes the replies of a read together."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from .channel import Channel
from .codec import decode, encode
from .frames import FrameError, FrameReader
from .loop import ChannelLoop

logger = logging.getLogger(__name__)

# So that the host works on the first replies of a large read while the next are made: measured.
FLUSH_AFTER_REPLIES = 64
FATAL_EXIT_STATUS = 76  # EX_PROTOCOL


class Connection:
    """Owns both descriptors. `on_message` gets each decoded message, `on_end` is called once at the end of file."""

    def __init__(
        self,
        channel: Channel,
        loop: ChannelLoop,
        on_message: Callable[[Any], None],
        on_end: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._loop = loop
        self._on_message = on_message
        self._on_end = on_end
        self._reader = FrameReader()
        self._outgoing: list[bytes] = []
        self._rest = memoryview(b"")
        self._flush_planned = False
        os.set_blocking(channel.read_fd, False)
        os.set_blocking(channel.write_fd, False)
        loop.channel_selector.serve_channel(channel.read_fd, self._on_readable)

    def send(self, message: Any) -> None:
        """Queues a message; what one turn of the loop queues goes out as one write. Raises what `encode` raises."""
        self._outgoing.append(encode(message))
        if not self._flush_planned:
            self._flush_planned = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Writes what is queued; what the pipe does not take follows when it drains."""
        self._flush_planned = False
        if not self._outgoing or self._rest:
            return
        data = self._outgoing[0] if len(self._outgoing) == 1 else b"".join(self._outgoing)
        self._outgoing.clear()
        self._rest = self._write(memoryview(data))
        if self._rest:
            self._loop.add_writer(self._channel.write_fd, self._on_writable)

    def finish(self) -> None:
        """Writes what is left, waiting for the pipe; for the very end."""
        self.flush()
        if self._rest and self._channel.write_fd != -1:
            self._loop.remove_writer(self._channel.write_fd)
            os.set_blocking(self._channel.write_fd, True)
            while self._rest:
                self._rest = self._write(self._rest)

    def _on_readable(self) -> None:
        try:
            if self._reader.fill(self._channel.read_fd) == 0:
                self._end()
                return
        except BlockingIOError:
            return
        except OSError:
            self._end()
            return
        self._flush_planned = True
        on_message, outgoing = self._on_message, self._outgoing
        body: memoryview | bytes = b""
        try:
            for body in self._reader.frames():
                on_message(decode(body))
                if len(outgoing) >= FLUSH_AFTER_REPLIES:
                    self.flush()
                    self._flush_planned = True
        except FrameError as error:
            self._fail(error, error.head or bytes(body[:200]))
        self.flush()

    def _on_writable(self) -> None:
        self._rest = self._write(self._rest)
        if not self._rest:
            self._loop.remove_writer(self._channel.write_fd)
            self.flush()

    def _write(self, data: memoryview) -> memoryview:
        try:
            return data[os.write(self._channel.write_fd, data) :]
        except BlockingIOError:
            return data
        except OSError:
            # The host is gone: the end of file on the other side says so too, and ends the process.
            return memoryview(b"")

    def _fail(self, error: FrameError, head: bytes) -> None:
        logger.critical("%s; first bytes: %s", error, head.decode("latin-1"))
        self.finish()
        os._exit(FATAL_EXIT_STATUS)

    def _end(self) -> None:
        if self._channel.read_fd != -1:
            self._loop.channel_selector.forget_channel()
        self._on_end()
