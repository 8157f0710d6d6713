"""Tells users in a room of their own that they are over a limit. Administrators may upload files of any size."""

from synapse.module_api import MediaUploadLimit, ModuleApi


class Notices:
    def __init__(self, config: dict, api: ModuleApi):
        self.api = api
        self.sender = config["sender"]
        self.limited = config["limited"]
        self.max_bytes = config["max_bytes"]
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
            get_media_upload_limits_for_user=self.get_media_upload_limits_for_user,
            on_media_upload_limit_exceeded=self.on_media_upload_limit_exceeded,
        )

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        return size <= self.max_bytes or await self.api.is_user_admin(user_id)

    async def get_media_upload_limits_for_user(self, user_id: str) -> list[MediaUploadLimit] | None:
        return [MediaUploadLimit(100, 3_600_000)] if user_id in self.limited else None

    async def on_media_upload_limit_exceeded(
        self, user_id: str, limit: MediaUploadLimit, sent_bytes: int, attempted_bytes: int
    ) -> None:
        profile = await self.api.get_profile_for_user(user_id[1:].split(":")[0])
        room_id, _ = await self.api.create_room(
            self.sender, {"preset": "trusted_private_chat", "invite": [user_id], "name": "Uploads"}, ratelimit=False
        )
        text = f"{profile.display_name}: {sent_bytes} + {attempted_bytes} bytes are more than {limit.max_bytes}"
        await self.api.create_and_send_event_into_room(
            {
                "type": "m.room.message",
                "room_id": room_id,
                "sender": self.sender,
                "content": {"msgtype": "m.notice", "body": text},
            }
        )
