"""A request without a connection, and what is put into it."""

from io import BytesIO
from types import SimpleNamespace

from twisted.web.http_headers import Headers

ARGS = {
    b"n": [b"5", b"6"],
    b"neg": [b"-3"],
    b"plus": [b"+7"],
    b"under": [b"1_0"],
    b"space": [b" 8 "],
    b"arabic": ["٣".encode()],
    b"float": [b"1.5"],
    b"empty": [b""],
    b"none": [],
    b"t": [b"true"],
    b"f": [b"false", b"true"],
    b"T": [b"True"],
    b"one": [b"1"],
    b"s": [b"abc", b"def"],
    b"utf": ["ü".encode()],
    b"bad": [b"\xff"],
    b"json": [b'{"a": [1, 2.5]}'],
    b"quoted": [b"%7B%22a%22%3A1%7D"],
    b"nan": [b"NaN"],
    b"list": [b"[1]"],
    b"broken": [b"{"],
}
BODIES = [
    b"{}",
    b'{"a":1}',
    b"[1]",
    b"null",
    b'"x"',
    b"",
    b"{",
    b"NaN",
    b'{"a":Infinity}',
    b"\xff",
    '{"ü":1}'.encode(),
    b" {} ",
]


class FakeRequest:
    """As much of a request as the helpers touch; they write into it."""

    def __init__(self, path=b"/x", method=b"GET", body=b"", args=None):
        self.path = self.uri = path
        self.method = method
        self.args = ARGS if args is None else args
        self.content = BytesIO(body)
        self.requestHeaders = Headers()
        self.responseHeaders = Headers()
        self.code = None
        self.cookies = []
        self.startedWriting = False
        self.finished = 0
        self.written = b""
        self.channel = None
        self._disconnected = False
        self.request_metrics = SimpleNamespace(name="")

    def setResponseCode(self, code):
        self.code = int(code)

    def setHeader(self, name, value):
        self.responseHeaders.setRawHeaders(name, [value])

    def getHeader(self, name):
        return self.requestHeaders.getRawHeaders(name, [None])[-1]

    def write(self, data):
        self.written += data

    def registerProducer(self, producer, streaming):
        """One that writes all at once needs nothing."""

    def unregisterProducer(self):
        """As above."""

    def finish(self):
        self.finished += 1

    def summary(self):
        headers = {
            name.decode().lower(): [v.decode() for v in values]
            for name, values in self.responseHeaders.getAllRawHeaders()
        }
        # Ours says how long it is; Synapse sends chunks.
        headers.pop("content-length", None)
        return [self.code, headers, self.written.decode(), self.finished, [c.decode() for c in self.cookies]]
