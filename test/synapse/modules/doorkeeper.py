"""Refuses what starts with a word, and limits one user's uploads."""

from synapse.module_api import NOT_SPAM, MediaUploadLimit, ModuleApi
from synapse.module_api.errors import Codes


class Doorkeeper:
    def __init__(self, config: dict, api: ModuleApi):
        self.word = config["word"].encode()
        self.limited = config["limited"]
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)
        api.register_media_repository_callbacks(get_media_upload_limits_for_user=self.get_media_upload_limits_for_user)

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        start = bytearray()
        await file_wrapper.write_chunks_to(start.extend)
        return Codes.FORBIDDEN if start.startswith(self.word) else NOT_SPAM

    async def get_media_upload_limits_for_user(self, user_id: str) -> list[MediaUploadLimit] | None:
        return [MediaUploadLimit(100, 3_600_000)] if user_id == self.limited else None
