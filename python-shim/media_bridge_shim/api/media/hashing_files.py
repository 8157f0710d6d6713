"""Files that are hashed while they are read or written."""

from __future__ import annotations

import hashlib
from typing import IO, Any, BinaryIO


class Hashing:
    """A file whose bytes go through a SHA-256. Everything else of the file is there as well."""

    def __init__(self, source: IO[Any]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def hexdigest(self) -> str:
        """Of what went through until now."""
        return self._hash.hexdigest()

    def __getattr__(self, name: str) -> Any:
        if name in ("_source", "_hash"):
            raise AttributeError(name)
        return getattr(self._source, name)


class SHA256TransparentIOReader(Hashing):
    """Hashes what is read."""

    def read(self, n: int = -1) -> bytes:
        data: bytes = self._source.read(n)
        self._hash.update(data)
        return data

    def wrap(self) -> IO[Any]:
        return self  # type: ignore[return-value]


class SHA256TransparentIOWriter(Hashing):
    """Hashes what is written."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__(source)

    def write(self, buffer: bytes | bytearray) -> int:
        written: int = self._source.write(buffer)
        self._hash.update(buffer)
        return written

    def wrap(self) -> BinaryIO:
        return self  # type: ignore[return-value]
