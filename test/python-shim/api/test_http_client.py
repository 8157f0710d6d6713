"""`http_client` against a real HTTP server."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Handler(BaseHTTPRequestHandler):
    """Answers what it was asked, as JSON, with the status of its path."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.startswith("/large"):
            return self.send(200, b"x" * 100_000, "application/octet-stream")
        status = int(self.path[1:4])
        asked = {"method": self.command, "path": self.path, "body": body, "headers": dict(self.headers)}
        return self.send(
            status,
            b""
            if status == 304
            else b"no json"
            if "text" in self.path
            else json.dumps({"asked": asked, "errcode": "M_X"}).encode(),
        )

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def send(self, status, body, content_type="application/json"):
        self.send_response(status, "Phrase")
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Silent."""


@pytest.fixture(scope="module")
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def ask(run, expression):
    script = f"""
async def main():
    client = api.http_client
    assert client is api._hs.get_simple_http_client()
    return (await {expression})["asked"]
"""
    return run(script).result


def test_get_json_sends_query_and_headers(run, url):
    asked = ask(
        run,
        f"client.get_json('{url}/200?x=0', {{'a': 'ä', 'b': ['1', '2']}}, headers={{'X-A': ['v'], b'X-B': [b'w']}})",
    )
    assert (asked["method"], asked["path"]) == ("GET", "/200?x=0&a=%C3%A4&b=1&b=2")
    assert (asked["headers"]["X-A"], asked["headers"]["X-B"]) == ("v", "w")
    assert asked["headers"]["User-Agent"].startswith("Synapse/1.163")


def test_post_and_put_json_send_canonical_json(run, url):
    asked = ask(run, f"client.post_json_get_json('{url}/200', {{'b': 1, 'a': 'ä'}})")
    assert (asked["method"], asked["body"]) == ("POST", '{"a":"ä","b":1}')
    assert asked["headers"]["Content-Type"] == "application/json"
    asked = ask(run, f"client.put_json('{url}/201', [], args={{'q': '1'}}, headers={{'Authorization': ['Bearer t']}})")
    assert (asked["method"], asked["path"], asked["body"]) == ("PUT", "/201?q=1", "[]")
    assert asked["headers"]["Authorization"] == "Bearer t"


def test_post_urlencoded_sends_a_form(run, url):
    asked = ask(run, f"client.post_urlencoded_get_json('{url}/200', {{'a': 'b c', 'd': ['1', '2']}})")
    assert (asked["method"], asked["body"]) == ("POST", "a=b+c&d=1&d=2")
    assert asked["headers"]["Content-Type"] == "application/x-www-form-urlencoded"


def test_statuses_outside_200_to_299_raise_with_the_body(run, url):
    script = f"""
from synapse.api.errors import HttpResponseException
async def main():
    seen = []
    for path in ("403", "503?text", "304"):
        try: await api.http_client.get_json("{url}/" + path)
        except HttpResponseException as error:
            seen.append([error.code, error.msg, error.to_synapse_error().errcode])
    try: await api.http_client.get_json("{url}/200?text")
    except ValueError: seen.append("no json")
    return [seen, (await api.http_client.get_raw("{url}/200?text")).decode()]
"""
    seen, raw = run(script).result
    assert seen == [[403, "Phrase", "M_X"], [503, "Phrase", "M_UNKNOWN"], [304, "Phrase", "M_UNKNOWN"], "no json"]
    assert raw == "no json"


def test_request_answers_whatever_its_status_and_a_refused_connection_raises(run, url):
    script = f"""
import treq
from twisted.internet.error import ConnectError
from twisted.web.http_headers import Headers
async def main():
    response = await api.http_client.request("DELETE", "{url}/404", data=b"raw", headers=Headers({{"X-A": ["v"]}}))
    asked = (await treq.json_content(response))["asked"]
    try: await api.http_client.request("GET", "http://127.0.0.1:1/")
    except ConnectError: refused = True
    return [response.code, asked["method"], asked["body"], asked["headers"]["X-A"], refused]
"""
    assert run(script).result == [404, "DELETE", "raw", "v", True]


def test_files_are_streamed_up_to_a_size(run, url):
    script = f"""
import io
from synapse.api.errors import SynapseError
async def main():
    stream, messages = io.BytesIO(), []
    length, headers, address, status = await api.http_client.get_file("{url}/large", stream, max_size=100_001)
    attempts = (dict(max_size=100_000), dict(is_allowed_content_type=lambda kind: kind == "image/png"))
    for arguments in attempts:
        try: await api.http_client.get_file("{url}/large", io.BytesIO(), **arguments)
        except SynapseError as error: messages.append([error.code, error.errcode])
    try: await api.http_client.get_file("{url}/404", io.BytesIO())
    except SynapseError as error: messages.append([error.code, error.errcode])
    return [length, len(stream.getvalue()), b"Content-Type" in headers, address, status, messages]
"""
    assert run(script).result == [
        100_000,
        100_000,
        True,
        f"{url}/large",
        200,
        [[502, "M_TOO_LARGE"], [502, "M_UNKNOWN"], [502, "M_UNKNOWN"]],
    ]


def test_bodies_are_read_below_a_size_into_whatever_can_be_written_to(run, url):
    script = f"""
import io
from synapse.http.client import BodyExceededMaxSize, read_body_with_max_size
async def read(stream, max_size):
    response = await api.http_client.request("GET", "{url}/large")
    try: return await read_body_with_max_size(response, stream, max_size)
    except BodyExceededMaxSize as error: return type(error).__name__
    except OSError as error: return str(error)
class Full:
    def write(self, data): raise OSError("the disk is full")
async def main():
    stream = io.BytesIO()
    kept = [await read(stream, None), len(stream.getvalue())]
    return kept + [await read(io.BytesIO(), size) for size in (100_001, 100_000, 99_999)] + [await read(Full(), None)]
"""
    exceeded = "BodyExceededMaxSize"
    assert run(script).result == [100_000, 100_000, 100_000, exceeded, exceeded, "the disk is full"]


def test_lists_of_addresses_are_refused_rather_than_ignored(run):
    script = """
from synapse.module_api import SimpleHttpClient
async def main():
    try: SimpleHttpClient(api._hs, ip_blocklist=["10.0.0.0/8"])
    except NotImplementedError as error: return str(error)
"""
    assert "not supported by the media service" in run(script).result
