"""A Synapse module: files whose SHA-256 is in a table are refused, and the table of uploads says who has which file."""

import hashlib
import logging
import re
from collections import OrderedDict

from synapse.config._base import ConfigError
from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.module_api.errors import Codes, SynapseError

logger = logging.getLogger(__name__)

TABLES = (
    "create table if not exists example_refused_hashes (sha256 text primary key, reason text not null)",
    "create table if not exists example_uploads "
    "(media_id text primary key, user_id text not null, sha256 text not null, size_bytes bigint not null)",
)
# Hashes of files that were looked at, until their upload is complete. A file that another module refuses never is.
MAX_SEEN = 1000


class HashList:
    def __init__(self, config: dict[str, str], api: ModuleApi):
        self.api = api
        self.refused = config
        self.is_ready = False
        self.seen: OrderedDict[str, str] = OrderedDict()
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)
        try:
            api.register_media_repository_callbacks(
                on_media_uploaded=self.on_media_uploaded, on_media_deleted=self.on_media_deleted
            )
        except TypeError:
            logger.info("Synapse tells no module of uploads and deletions: the table of uploads stays empty")

    @staticmethod
    def parse_config(config: dict) -> dict[str, str]:
        refused = config.get("refused", {})
        for sha256, reason in refused.items():
            if not isinstance(sha256, str) or re.fullmatch("[0-9a-fA-F]{64}", sha256) is None:
                raise ConfigError(f"refused: {sha256!r} is not a SHA-256 in hexadecimal")
            if not isinstance(reason, str):
                raise ConfigError(f"refused: the reason for {sha256} is not text")
        return {sha256.lower(): reason for sha256, reason in refused.items()}

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        if file_info.thumbnail is not None:
            # It is made of a file that was looked at.
            return NOT_SPAM
        sha256 = await self.api.defer_to_thread(hash_file, file_wrapper.path)
        reason = await self.api.run_db_interaction("find_refused_hash", self.find_reason, sha256)
        if reason is not None:
            raise SynapseError(403, f"This file is not accepted here: {reason}", Codes.FORBIDDEN)
        self.seen[file_info.file_id] = sha256
        if len(self.seen) > MAX_SEEN:
            self.seen.popitem(last=False)
        return NOT_SPAM

    async def on_media_uploaded(self, user_id: str, media_id: str, size_bytes: int) -> None:
        sha256 = self.seen.pop(media_id, None)
        if sha256 is not None:
            await self.api.run_db_interaction("add_upload", add_upload, (media_id, user_id, sha256, size_bytes))

    async def on_media_deleted(self, media_id: str) -> None:
        await self.api.run_db_interaction("remove_upload", self.remove_upload, media_id)

    def find_reason(self, txn, sha256: str) -> str | None:
        self.prepare(txn)
        txn.execute("select reason from example_refused_hashes where sha256 = ?", (sha256,))
        row = txn.fetchone()
        return None if row is None else row[0]

    def remove_upload(self, txn, media_id: str) -> None:
        self.prepare(txn)
        txn.execute("delete from example_uploads where media_id = ?", (media_id,))

    def prepare(self, txn) -> None:
        """Makes the tables, and adds what the configuration refuses; an entry that is there keeps its reason."""
        if self.is_ready:
            return
        for statement in TABLES:
            txn.execute(statement)
        for entry in self.refused.items():
            txn.execute("insert into example_refused_hashes values (?, ?) on conflict (sha256) do nothing", entry)
        txn.call_after(self.set_ready)

    def set_ready(self) -> None:
        self.is_ready = True


def add_upload(txn, row: tuple[str, str, str, int]) -> None:
    txn.execute("insert into example_uploads values (?, ?, ?, ?) on conflict (media_id) do nothing", row)


def hash_file(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 16):
            digest.update(piece)
    return digest.hexdigest()
