"""Blocks the reactor, in its own code, in a library's, and beside callbacks."""

import subprocess
import time

from twisted.internet.defer import Deferred


class Module:
    def __init__(self, config, api):
        self.api = api
        self.seconds = config.get("seconds", 0.9)
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=getattr(self, config["do"]))

    async def sleeps(self, user_id, size):
        if size == 0:
            return True
        time.sleep(self.seconds)
        return True

    async def sleeps_after_a_wait(self, user_id, size):
        waiting = Deferred()
        self.api._hs.get_reactor().callLater(0, waiting.callback, None)
        await waiting
        time.sleep(self.seconds)
        return True

    async def in_a_library(self, user_id, size):
        subprocess.run(["sleep", str(self.seconds)], check=True)
        return True

    async def beside(self, user_id, size):
        self.api.delayed_background_call(0, self.work)
        return True

    def work(self):
        time.sleep(self.seconds)

    async def in_a_thread(self, user_id, size):
        await self.api.defer_to_thread(time.sleep, self.seconds)
        return True
