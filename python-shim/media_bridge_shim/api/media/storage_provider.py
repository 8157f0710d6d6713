"""The base of storage providers, and the one that copies into a folder."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from typing import Any, BinaryIO

from ..asynchronous.threads import defer_to_thread
from ..helpers.config import Config
from .files import FileInfo
from .regular_files import open_for_reading, open_for_writing
from .responders import FileResponder, Responder

PIECE_BYTES = 1024 * 1024


class StorageProvider(ABC):
    """Keeps copies of media elsewhere. Paths are relative to the media store."""

    @abstractmethod
    async def store_file(self, path: str, file_info: FileInfo) -> None:
        """Stores the file that is at `path` in the media store."""

    @abstractmethod
    async def fetch(self, path: str, file_info: FileInfo) -> Responder | None:
        """The file, or None where this provider does not have it."""


class FileStorageProviderBackend(StorageProvider):
    """Copies to another folder; `config` is its path."""

    def __init__(self, hs: Any, config: str) -> None:
        self.hs = hs
        self.cache_directory: str = hs.config.media.media_store_path
        self.base_directory = config

    def __str__(self) -> str:
        return f"FileStorageProviderBackend[{self.base_directory}]"

    async def store_file(self, path: str, file_info: FileInfo) -> None:
        source = os.path.join(self.cache_directory, path)
        await defer_to_thread(self.hs.get_reactor(), copy_into_place, source, os.path.join(self.base_directory, path))

    async def fetch(self, path: str, file_info: FileInfo) -> Responder | None:
        file = await defer_to_thread(self.hs.get_reactor(), open_if_there, self.base_directory, path)
        return FileResponder(self.hs, file) if file else None

    async def delete_file(self, path: str, file_info: FileInfo) -> None:
        """Synapse's class has no such method: the copies of deleted media stay in its folder."""
        await defer_to_thread(self.hs.get_reactor(), remove_if_there, self.base_directory, path)

    @staticmethod
    def parse_config(config: dict[str, Any]) -> str:
        return Config.ensure_directory(config["directory"])


def open_if_there(folder: str, path: str) -> BinaryIO | None:
    """The file; None where the folder does not have it. A folder that is gone or cannot be read says nothing about its
    files: that is raised."""
    os.stat(folder)
    try:
        return open_for_reading(os.path.join(folder, path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def remove_if_there(folder: str, path: str) -> None:
    """Removes the file, and the folders that it leaves empty. A folder that is gone or cannot be read says nothing
    about its files: that is raised."""
    os.stat(folder)
    try:
        os.unlink(os.path.join(folder, path))
    except (FileNotFoundError, NotADirectoryError):
        return
    parent = os.path.dirname(path)
    while "/" in parent:
        try:
            os.rmdir(os.path.join(folder, parent))
        except OSError:
            return
        parent = os.path.dirname(parent)


def copy_into_place(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open_for_reading(source) as original, open_for_writing(target) as copy:
        shutil.copyfileobj(original, copy, PIECE_BYTES)
