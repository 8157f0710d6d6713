"""A Synapse module: how much a user may upload depends on the user's tier."""

from synapse.module_api import MediaUploadLimit, ModuleApi
from synapse.module_api.errors import SynapseError

DAY_MS = 24 * 60 * 60 * 1000


class Tiers:
    def __init__(self, config: dict, api: ModuleApi):
        self.default = config["default"]
        self.tiers = config["tiers"]
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
            get_media_upload_limits_for_user=self.get_media_upload_limits_for_user,
            on_media_upload_limit_exceeded=self.on_media_upload_limit_exceeded,
        )

    def max_bytes(self, user_id: str) -> int:
        return self.tiers.get(user_id, self.default)

    async def get_media_config_for_user(self, user_id: str) -> dict:
        return {"m.upload.size": self.max_bytes(user_id)}

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        return size <= self.max_bytes(user_id)

    async def get_media_upload_limits_for_user(self, user_id: str) -> list[MediaUploadLimit]:
        return [MediaUploadLimit(max_bytes=2 * self.max_bytes(user_id), time_period_ms=DAY_MS)]

    async def on_media_upload_limit_exceeded(
        self, user_id: str, limit: MediaUploadLimit, sent_bytes: int, attempted_bytes: int
    ) -> None:
        if user_id not in self.tiers:
            fields = {"org.example.left": limit.max_bytes - sent_bytes}
            raise SynapseError(403, "Enough for today", "ORG.EXAMPLE_DAY_IS_FULL", fields)
