"""What bench/shadow.ts shadows in one direction, and asks as a shadow in the other."""


class Limits:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.config, is_user_allowed_to_upload_media_of_size=self.allowed
        )

    async def config(self, user_id):
        return {"m.upload.size": 1_000_000, "org.example.user": user_id}

    async def allowed(self, user_id, size):
        return size < 1_000_000
