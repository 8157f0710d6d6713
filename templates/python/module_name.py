"""A Synapse module: no upload above a size, which clients are told."""

from synapse.module_api import ModuleApi
from synapse.module_api.errors import ConfigError


class ModuleName:
    def __init__(self, config: dict, api: ModuleApi):
        self.max_bytes = config["max_bytes"]
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
        )

    @staticmethod
    def parse_config(config: dict) -> dict:
        if not isinstance(config.get("max_bytes"), int):
            raise ConfigError("max_bytes must be an integer")
        return config

    async def get_media_config_for_user(self, user_id: str) -> dict:
        return {"m.upload.size": self.max_bytes}

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        return size <= self.max_bytes
