"""A Synapse module: newcomers may upload only so much in a while, and are told why."""

from synapse.config._base import Config
from synapse.module_api import MediaUploadLimit, ModuleApi
from synapse.module_api.errors import Codes, SynapseError


class Newcomers:
    def __init__(self, config: dict, api: ModuleApi):
        self.newcomers = config["newcomers"]
        self.limit = config["limit"]
        api.register_media_repository_callbacks(
            get_media_upload_limits_for_user=self.get_media_upload_limits_for_user,
            on_media_upload_limit_exceeded=self.on_media_upload_limit_exceeded,
        )

    @staticmethod
    def parse_config(config: dict) -> dict:
        limit = MediaUploadLimit(
            max_bytes=Config.parse_size(config["max_size"]),
            time_period_ms=Config.parse_duration(config["time_period"]),
        )
        return {"newcomers": frozenset(config["newcomers"]), "limit": limit}

    async def get_media_upload_limits_for_user(self, user_id: str) -> list[MediaUploadLimit] | None:
        return [self.limit] if user_id in self.newcomers else None

    async def on_media_upload_limit_exceeded(
        self, user_id: str, limit: MediaUploadLimit, sent_bytes: int, attempted_bytes: int
    ) -> None:
        if user_id in self.newcomers:
            left = max(0, limit.max_bytes - sent_bytes)
            raise SynapseError(403, f"Newcomers may upload {left} more bytes for now", Codes.FORBIDDEN)
