"""Asks Synapse about the user, writes to its database and to the user's account data, as `reaching.ts` does."""

from synapse.module_api import ModuleApi


class Reaching:
    def __init__(self, config: dict, api: ModuleApi):
        self.api = api
        self.table = config["table"]
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.allowed)

    async def allowed(self, user_id: str, size: int) -> bool:
        info = await self.api.get_userinfo_by_id(user_id)
        addresses = await self.api.get_threepids_for_user(user_id)
        seen = await self.api.get_user_ip_and_agents(user_id)
        held = await self.api.account_data_manager.get_global(user_id, "org.example.most")
        await self.api.run_db_interaction("reaching", self.note, user_id)
        try:
            await self.api.account_data_manager.put_global(user_id, "org.example.seen", {"size": size})
        except Exception:
            # Only a candidate is held back.
            pass
        if info is None or info.is_admin or not addresses or not seen:
            return False
        return size <= (held["most"] if held else 0)

    def note(self, txn, user_id: str) -> None:
        txn.execute(f"CREATE TABLE IF NOT EXISTS {self.table} (user_id TEXT)")
        txn.execute(f"INSERT INTO {self.table} VALUES (?)", (user_id,))
