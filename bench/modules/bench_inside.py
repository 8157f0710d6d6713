"""The module of `bench/inside.ts`, in Python: one callback, as in its TypeScript form."""

from synapse.module_api import ModuleApi


class Ceiling:
    def __init__(self, config: dict, api: ModuleApi):
        self.max_bytes = config["max_bytes"]
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size
        )

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        return size <= self.max_bytes
