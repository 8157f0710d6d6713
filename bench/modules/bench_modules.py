"""Two modules that ask for everything and decide nothing: what the chain itself costs."""

from synapse.module_api import ModuleApi


class First:
    def __init__(self, config: dict, api: ModuleApi):
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
            get_media_upload_limits_for_user=self.get_media_upload_limits_for_user,
        )

    async def get_media_config_for_user(self, user_id: str):
        return None

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        return size < 1_000_000_000

    async def get_media_upload_limits_for_user(self, user_id: str):
        return None


class Second(First):
    async def get_media_config_for_user(self, user_id: str):
        return {"m.upload.size": 1_000_000_000}

    async def get_media_upload_limits_for_user(self, user_id: str):
        return []
