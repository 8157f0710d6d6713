"""Frames of the channel: a u32 big-endian length and that many bytes. Reads many at once into one buffer."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

MAX_FRAME_BYTES = 16 * 1024 * 1024
READ_BYTES = 256 * 1024
HEADER = struct.Struct(">I")


class FrameError(Exception):
    """The peer broke the protocol. `head` is the first 200 bytes of what could not be used, if it was not a message."""

    def __init__(self, message: str, head: bytes = b"") -> None:
        super().__init__(message)
        self.head = head


class FrameReader:
    """Reads a non-blocking descriptor. The buffer is reused: a frame is valid until the next `fill`."""

    def __init__(self) -> None:
        self._buffer = bytearray(READ_BYTES)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0

    def fill(self, fd: int) -> int:
        """One read; the number of bytes, 0 at the end of file."""
        self._make_room()
        count = os.readv(fd, [self._view[self._end :]])
        self._end += count
        return count

    def frames(self) -> Iterator[memoryview]:
        """Every whole frame's body. Raises `FrameError` for a length over the cap, before memory is spent on it."""
        view = self._view
        read_length = HEADER.unpack_from
        while self._end - self._start >= 4:
            start = self._start + 4
            length = read_length(view, self._start)[0]
            if length > MAX_FRAME_BYTES:
                raise FrameError(
                    f"A frame of {length} bytes, over the {MAX_FRAME_BYTES} allowed",
                    bytes(view[self._start : min(self._end, self._start + 200)]),
                )
            if self._end - start < length:
                return
            self._start = start + length
            yield view[start : start + length]

    def _make_room(self) -> None:
        held = self._end - self._start
        needed = READ_BYTES
        if held >= 4:
            needed = max(needed, 4 + HEADER.unpack_from(self._view, self._start)[0])
        if needed != len(self._buffer):
            # A larger buffer only for as long as a larger frame is on its way.
            buffer = bytearray(needed)
            buffer[:held] = self._view[self._start : self._end]
            self._buffer, self._view = buffer, memoryview(buffer)
        elif held and self._start:
            self._buffer[:held] = bytes(self._view[self._start : self._end])
        self._start, self._end = 0, held
