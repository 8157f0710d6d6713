"""Registers after its construction: from the reactor, and from a thread."""

import contextvars

from twisted.internet import reactor

seen = contextvars.ContextVar("seen", default=0)


class Module:
    def __init__(self, config, api):
        self.api = api
        self.ready = False
        reactor.callWhenRunning(self.register)
        reactor.callWhenRunning(reactor.callInThread, self.register)
        self.ready = True

    def register(self):
        assert self.ready
        self.api.register_media_repository_callbacks(get_media_config_for_user=self.config)

    async def config(self, user_id):
        seen.set(seen.get() + 1)
        return {"seen": seen.get()}
