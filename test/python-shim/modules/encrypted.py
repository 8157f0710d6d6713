"""Speaks TLS in each of the ways that Twisted's reactor has, with a server of its own."""

import sys

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ClientFactory, Protocol, ServerFactory

LOADED_BEFORE = sorted({"OpenSSL", "twisted.internet.ssl", "twisted.protocols.tls"} & set(sys.modules))


class Server(Protocol):
    """Answers what it hears; told to `upgrade`, it speaks TLS from then on."""

    def dataReceived(self, data):
        self.transport.write(b"yes" if data == b"upgrade" else data.upper())
        if data == b"upgrade":
            self.transport.startTLS(self.factory.context)


class Client(Protocol):
    def connectionMade(self):
        self.transport.write(b"upgrade" if self.factory.upgrades else b"hello")

    def dataReceived(self, data):
        if data == b"yes":
            self.transport.startTLS(self.factory.context)
            self.transport.write(b"hello")
            return
        answer = [data.decode(), hasattr(self.transport, "getPeerCertificate")]
        self.transport.loseConnection()
        self.factory.answered.callback(answer)


class Module:
    def __init__(self, config, api):
        self.way = config["way"]
        api.register_media_repository_callbacks(get_media_config_for_user=self.config)

    async def config(self, user_id):
        return {"loaded before": LOADED_BEFORE, "answer": await self.ask()}

    async def ask(self):
        from twisted.internet import ssl

        server = ServerFactory.forProtocol(Server)
        server.context = make_context()
        client = ClientFactory.forProtocol(Client)
        client.context = ssl.CertificateOptions()
        client.answered = Deferred()
        client.upgrades = self.way == "startTLS"
        if client.upgrades:
            port = reactor.listenTCP(0, server, interface="127.0.0.1")
            reactor.connectTCP("127.0.0.1", port.getHost().port, client)
        else:
            port = reactor.listenSSL(0, server, server.context, interface="127.0.0.1")
            reactor.connectSSL("127.0.0.1", port.getHost().port, client, client.context)
        try:
            return await client.answered
        finally:
            port.stopListening()


def make_context():
    """A certificate of this moment, which no client has to trust."""
    from datetime import datetime, timedelta, timezone

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from OpenSSL import crypto
    from twisted.internet import ssl

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    return ssl.CertificateOptions(
        privateKey=crypto.PKey.from_cryptography_key(key), certificate=crypto.X509.from_cryptography(certificate)
    )
