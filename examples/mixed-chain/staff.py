"""A Synapse module: staff see a configuration of their own."""

from synapse.module_api import ModuleApi


class Staff:
    def __init__(self, config: dict, api: ModuleApi):
        self.staff = frozenset(config["staff"])
        api.register_media_repository_callbacks(get_media_config_for_user=self.get_media_config_for_user)

    async def get_media_config_for_user(self, user_id: str) -> dict | None:
        if user_id in self.staff:
            return {"m.upload.size": 500_000_000, "org.example.asked": "staff"}
        return None
