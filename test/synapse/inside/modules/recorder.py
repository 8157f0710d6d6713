"""Writes down that it was asked, and lets everything pass."""

import json

from synapse.module_api import NOT_SPAM, ModuleApi


class Recorder:
    def __init__(self, config: dict, api: ModuleApi):
        self.calls = config["calls"]
        self.name = config["name"]
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
        )
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)

    def note(self, callback: str, *args) -> None:
        with open(self.calls, "a") as calls:
            calls.write(json.dumps([self.name, callback, *args]) + "\n")

    async def get_media_config_for_user(self, user_id: str):
        self.note("config", user_id)
        return {"m.upload.size": 1} if self.name == "last" else None

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        self.note("allowed", user_id, size)
        return True

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        self.note("spam")
        return NOT_SPAM
