"""Guards that take their time: what they can do in a second is bounded."""

from time import thread_time

from synapse.module_api import ModuleApi
from twisted.internet.defer import DeferredSemaphore


class Computes:
    """Like a module that parses or decodes: the child is busy during the call."""

    def __init__(self, config: dict, api: ModuleApi):
        self.seconds = config["milliseconds"] / 1000
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.is_allowed)

    async def is_allowed(self, user_id: str, size: int) -> bool:
        until = thread_time() + self.seconds
        while thread_time() < until:
            pass
        return True


class Waits:
    """Like a module that asks a server, which serves this many at once: the child is idle during the call."""

    def __init__(self, config: dict, api: ModuleApi):
        self.api = api
        self.seconds = config["milliseconds"] / 1000
        self.places = DeferredSemaphore(config["at_once"])
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.is_allowed)

    async def is_allowed(self, user_id: str, size: int) -> bool:
        await self.places.acquire()
        try:
            await self.api.sleep(self.seconds)
        finally:
            self.places.release()
        return True
