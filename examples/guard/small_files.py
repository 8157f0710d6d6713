"""A Synapse module: some users upload what they like, the others small files only, which their clients are told."""

from synapse.config._base import Config
from synapse.module_api import ModuleApi


class SmallFiles:
    def __init__(self, config: dict, api: ModuleApi):
        self.max_size = config["max_size"]
        self.unlimited = config["unlimited"]
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
        )

    @staticmethod
    def parse_config(config: dict) -> dict:
        return {"max_size": Config.parse_size(config["max_size"]), "unlimited": frozenset(config["unlimited"])}

    async def get_media_config_for_user(self, user_id: str) -> dict | None:
        # Users without a limit get Synapse's own answer.
        return None if user_id in self.unlimited else {"m.upload.size": self.max_size}

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        return user_id in self.unlimited or size <= self.max_size
