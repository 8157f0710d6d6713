"""Decides by sizes, by names of users and by what a file contains, as `plans.ts` does."""

import json

from synapse.api.errors import SynapseError
from synapse.module_api import NOT_SPAM, MediaUploadLimit, ModuleApi


class Plans:
    def __init__(self, config: dict, api: ModuleApi):
        assert isinstance(api, ModuleApi)
        self.most = config["most"]
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
            get_media_upload_limits_for_user=self.get_media_upload_limits_for_user,
            on_media_upload_limit_exceeded=self.on_media_upload_limit_exceeded,
        )
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)

    async def get_media_config_for_user(self, user_id: str):
        return {"m.upload.size": self.most, "org.example": [user_id, 2**70]}

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        if size == 7:
            raise SynapseError(403, "Not seven bytes", "ORG_EXAMPLE_SEVEN", additional_fields={"bytes": size})
        return size <= self.most

    async def get_media_upload_limits_for_user(self, user_id: str):
        if "limited" not in user_id:
            return None
        return [MediaUploadLimit(max_bytes=10, time_period_ms=1000), MediaUploadLimit(30, 86_400_000)]

    async def on_media_upload_limit_exceeded(self, user_id, limit, sent_bytes, attempted_bytes) -> None:
        if attempted_bytes == 31:
            raise SynapseError(402, "Pay first", "ORG_EXAMPLE_PAY", json.loads('{"days": 1}'))

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        found = []
        await file_wrapper.write_chunks_to(found.append)
        return True if b"spam" in b"".join(found) else NOT_SPAM
