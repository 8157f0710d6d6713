"""A Synapse module: answers for every user for whom no other module has an answer."""

from synapse.module_api import ModuleApi


class Everyone:
    def __init__(self, config: dict, api: ModuleApi):
        self.answer = {"m.upload.size": config["max_bytes"], "org.example.asked": "everyone"}
        api.register_media_repository_callbacks(get_media_config_for_user=self.get_media_config_for_user)

    async def get_media_config_for_user(self, user_id: str) -> dict:
        return self.answer
