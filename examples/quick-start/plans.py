"""A Synapse module: users on the free plan have smaller uploads."""

from synapse.config._base import Config
from synapse.module_api import ModuleApi


class Plans:
    def __init__(self, config: dict, api: ModuleApi):
        self.config = config
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
        )

    @staticmethod
    def parse_config(config: dict) -> dict:
        return {
            "free_max_size": Config.parse_size(config["free_max_size"]),
            "paying_users": set(config.get("paying_users", [])),
        }

    async def get_media_config_for_user(self, user_id: str) -> dict | None:
        if user_id in self.config["paying_users"]:
            return None
        return {"m.upload.size": self.config["free_max_size"]}

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        return user_id in self.config["paying_users"] or size <= self.config["free_max_size"]
