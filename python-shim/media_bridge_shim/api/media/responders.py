"""What a storage provider answers: something that writes a file to a consumer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import Any, BinaryIO

from twisted.internet.defer import Deferred

from .file_sender import ThreadedFileSender


class Responder(ABC):
    """A context manager around the file; leaving the block gives it up, written or not."""

    @abstractmethod
    def write_to_consumer(self, consumer: Any) -> Awaitable[Any]:
        """Writes the whole file. Settles when everything was handed to `consumer`, or when it will take no more."""

    def __enter__(self) -> Responder:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing to give up here; subclasses close what they hold."""
        return None


class FileResponder(Responder):
    """Writes an open file and closes it. Made of `(hs, open_file)` or, as in older releases, of `(open_file)`."""

    def __init__(self, hs: Any, open_file: BinaryIO | None = None) -> None:
        self.hs = None if open_file is None else hs
        self.open_file: BinaryIO = hs if open_file is None else open_file

    def write_to_consumer(self, consumer: Any) -> Deferred[Any]:
        return ThreadedFileSender(self.hs).beginFileTransfer(self.open_file, consumer)

    def __exit__(self, *exc_info: object) -> None:
        self.open_file.close()
