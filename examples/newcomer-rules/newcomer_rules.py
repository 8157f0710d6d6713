"""A Synapse module: new accounts upload only images, and little; staff upload much. A refusal has a link."""

import time

from synapse.logging.context import current_context
from synapse.module_api import NOT_SPAM, MediaUploadLimit, ModuleApi
from synapse.module_api.errors import Codes, SynapseError

DAY_SECONDS = 86_400
NEW_FOR_DAYS = 30
NEWCOMER = MediaUploadLimit(max_bytes=5_000_000, time_period_ms=DAY_SECONDS * 1000)
STAFF = MediaUploadLimit(max_bytes=1_000_000_000, time_period_ms=DAY_SECONDS * 1000)
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


class NewcomerRules:
    def __init__(self, config: dict, api: ModuleApi):
        self.api = api
        self.staff = frozenset(config["staff"])
        self.help = config["help"]
        api.register_media_repository_callbacks(
            get_media_upload_limits_for_user=self.get_media_upload_limits_for_user,
            on_media_upload_limit_exceeded=self.on_media_upload_limit_exceeded,
        )
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)

    async def is_newcomer(self, user_id: str) -> bool:
        if user_id in self.staff:
            return False
        user = await self.api.get_userinfo_by_id(user_id)
        return user is not None and time.time() - user.creation_ts < NEW_FOR_DAYS * DAY_SECONDS

    async def get_media_upload_limits_for_user(self, user_id: str) -> list[MediaUploadLimit] | None:
        if user_id in self.staff:
            return [STAFF]
        return [NEWCOMER] if await self.is_newcomer(user_id) else None

    async def on_media_upload_limit_exceeded(
        self, user_id: str, limit: MediaUploadLimit, sent_bytes: int, attempted_bytes: int
    ) -> None:
        left = max(0, limit.max_bytes - sent_bytes)
        raise self.refusal(403, f"You may upload {left} more bytes today")

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        # None for media of another server.
        uploader = current_context().request.requester
        if uploader is None or not await self.is_newcomer(uploader):
            return NOT_SPAM
        if read_start(file_wrapper.path).startswith(IMAGES):
            return NOT_SPAM
        raise self.refusal(403, "New accounts may upload images only")

    def refusal(self, status: int, message: str) -> SynapseError:
        return SynapseError(status, message, Codes.FORBIDDEN, {"info_uri": self.help})


def read_start(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(4)
