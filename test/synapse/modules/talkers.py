"""Only who has said something may upload. Loaded in the homeserver, which sees messages, and in the media service."""

from synapse.events import EventBase
from synapse.module_api import NOT_SPAM, ModuleApi

TABLES = (
    "CREATE TABLE IF NOT EXISTS talkers (user_id TEXT PRIMARY KEY, messages BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS talkers_sweeps (worker TEXT PRIMARY KEY)",
)


class Talkers:
    def __init__(self, config: dict, api: ModuleApi):
        self.api = api
        api.register_spam_checker_callbacks(check_event_for_spam=self.check_event_for_spam)
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
        )
        api.looping_background_call(self.sweep, 200, desc="talkers_sweep")

    async def check_event_for_spam(self, event: EventBase):
        if event.type == "m.room.message":
            await self.api.run_db_interaction("talkers_count", count, event.sender)
        return NOT_SPAM

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        return await self.api.run_db_interaction("talkers_read", read, user_id) > 0

    async def get_media_config_for_user(self, user_id: str) -> dict:
        messages = await self.api.run_db_interaction("talkers_read", read, user_id)
        sweepers = await self.api.run_db_interaction("talkers_sweepers", read_sweepers)
        return {"org.example.messages": messages, "org.example.sweepers": sweepers}

    async def sweep(self):
        await self.api.run_db_interaction("talkers_sweep", note_sweep, self.api.worker_name or "main")


def create_tables(txn):
    for table in TABLES:
        txn.execute(table)


def count(txn, user_id):
    create_tables(txn)
    txn.execute(
        "INSERT INTO talkers VALUES (?, 1) ON CONFLICT (user_id) DO UPDATE SET messages = talkers.messages + 1",
        (user_id,),
    )


def read(txn, user_id):
    create_tables(txn)
    txn.execute("SELECT messages FROM talkers WHERE user_id = ?", (user_id,))
    row = txn.fetchone()
    return row[0] if row else 0


def note_sweep(txn, worker):
    create_tables(txn)
    txn.execute("INSERT INTO talkers_sweeps VALUES (?) ON CONFLICT DO NOTHING", (worker,))


def read_sweepers(txn):
    txn.execute("SELECT worker FROM talkers_sweeps ORDER BY worker")
    return [worker for (worker,) in txn]
