"""Opens and closes ports and connections by Twisted's own means, and logs by them."""

from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol
from twisted.python import log
from twisted.web.client import ResponseNeverReceived


class HangsUp(Protocol):
    def connectionMade(self):
        self.transport.loseConnection()


class Module:
    def __init__(self, config, api):
        self.api = api
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.serve_and_ask)

    async def serve_and_ask(self, user_id, size):
        port = reactor.listenTCP(0, Factory.forProtocol(HangsUp), interface="127.0.0.1")
        try:
            await self.api.http_client.request("GET", f"http://127.0.0.1:{port.getHost().port}/")
        except ResponseNeverReceived:
            log.msg("words of the module's own")
        await port.stopListening()
        return True
