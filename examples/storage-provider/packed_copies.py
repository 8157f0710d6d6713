"""A storage provider of Synapse's: keeps a gzipped copy of every file in a folder of its own."""

import gzip
import os
import shutil

from synapse.config._base import Config
from synapse.logging.context import defer_to_thread
from synapse.rest.media.v1._base import FileInfo, Responder
from synapse.rest.media.v1.media_storage import FileResponder
from synapse.rest.media.v1.storage_provider import StorageProvider


class PackedCopies(StorageProvider):
    def __init__(self, hs, folder: str):
        self.hs = hs
        self.folder = folder
        self.media_store = hs.config.media.media_store_path

    @staticmethod
    def parse_config(config: dict) -> str:
        return Config.ensure_directory(config["folder"])

    async def store_file(self, path: str, file_info: FileInfo) -> None:
        # Slow work belongs into a thread: the reactor serves all other requests meanwhile.
        await defer_to_thread(self.hs.get_reactor(), self.pack, path)

    async def fetch(self, path: str, file_info: FileInfo) -> Responder | None:
        packed = await defer_to_thread(self.hs.get_reactor(), self.open_copy, path)
        return FileResponder(self.hs, packed) if packed else None

    def copy_of(self, path: str) -> str:
        return os.path.join(self.folder, f"{path}.gz")

    def open_copy(self, path: str) -> gzip.GzipFile | None:
        return gzip.open(self.copy_of(path)) if os.path.exists(self.copy_of(path)) else None

    def pack(self, path: str) -> None:
        # Storing a file a second time does no harm, and no reader ever sees half a copy.
        copy = self.copy_of(path)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(os.path.join(self.media_store, path), "rb") as file, gzip.open(f"{copy}.part", "wb") as packed:
            shutil.copyfileobj(file, packed)
        os.replace(f"{copy}.part", copy)
