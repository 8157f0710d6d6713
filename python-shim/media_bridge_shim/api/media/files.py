"""What `check_media_file_for_spam` is handed: the file, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import attr

from ..asynchronous.threads import defer_to_thread
from .regular_files import open_for_reading

PIECE_BYTES = 16 * 1024
# One hand-over to a thread reads this much; the reactor gets its turn in between.
READ_BYTES = 256 * 1024


@attr.s(slots=True, frozen=True, auto_attribs=True)
class ThumbnailInfo:
    """A thumbnail: size in pixels, method `crop` or `scale`, its MIME type, length in bytes."""

    width: int
    height: int
    method: str
    type: str
    length: int


@attr.s(slots=True, frozen=True, auto_attribs=True)
class FileInfo:
    """Which file it is. `server_name` is None for local media. No uploader, name or type: modules probe for those."""

    server_name: str | None
    file_id: str
    url_cache: bool = False
    thumbnail: ThumbnailInfo | None = None

    @property
    def thumbnail_width(self) -> int | None:
        return None if self.thumbnail is None else self.thumbnail.width

    @property
    def thumbnail_height(self) -> int | None:
        return None if self.thumbnail is None else self.thumbnail.height

    @property
    def thumbnail_method(self) -> str | None:
        return None if self.thumbnail is None else self.thumbnail.method

    @property
    def thumbnail_type(self) -> str | None:
        return None if self.thumbnail is None else self.thumbnail.type

    @property
    def thumbnail_length(self) -> int | None:
        return None if self.thumbnail is None else self.thumbnail.length


@attr.s(slots=True, auto_attribs=True)
class ReadableFileWrapper:
    """A file on disk; `path` may be opened as well."""

    CHUNK_SIZE = PIECE_BYTES

    clock: Any
    path: str

    async def write_chunks_to(self, callback: Callable[[bytes], object]) -> None:
        """Hands the whole file to `callback`, 16 KiB at a time, on the reactor's thread."""
        from twisted.internet import reactor

        # Unbuffered: the blocks are larger than Python's buffer.
        stream = await defer_to_thread(reactor, open_for_reading, self.path, 0)
        try:
            while block := await defer_to_thread(reactor, stream.read, READ_BYTES):
                for start in range(0, len(block), self.CHUNK_SIZE):
                    callback(block[start : start + self.CHUNK_SIZE])
        finally:
            stream.close()


def make_spam_check_args(_slot: object, args: list[Any]) -> tuple[ReadableFileWrapper, FileInfo]:
    """The arguments of `check_media_file_for_spam` from those of the wire: a path and a map."""
    return make_file_wrapper(args[0]), make_file_info(args[1])


def make_file_wrapper(path: str) -> ReadableFileWrapper:
    """The wrapper of a file under the media store."""
    return ReadableFileWrapper(_read_clock(), path)


@cache
def _read_clock() -> Any:
    from ..homeserver.homeserver import get_clock

    return get_clock()


def make_file_info(wire: Mapping[str, Any]) -> FileInfo:
    """From the map of the wire: `{server_name, file_id, url_cache, thumbnail}`."""
    thumbnail = wire["thumbnail"]
    return FileInfo(
        wire["server_name"],
        wire["file_id"],
        bool(wire["url_cache"]),
        None if thumbnail is None else ThumbnailInfo(**thumbnail),
    )
