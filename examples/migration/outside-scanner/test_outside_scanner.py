"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from synapse.config._base import ConfigError
from synapse.module_api import NOT_SPAM
from synapse.module_api.errors import SynapseError

FILE = b"a file"


class Scanner(BaseHTTPRequestHandler):
    """Answers what the test says; a bytes answer of None never comes."""

    answer: tuple[int, bytes | None] = (200, b"")
    asked: list[tuple[str, str, bytes]] = []
    released = threading.Event()

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.path, body))
        status, answer = self.answer
        if answer is None:
            self.released.wait(10)
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *args):
        """Says nothing."""


@pytest.fixture
def scanner():
    Scanner.asked.clear()
    Scanner.released.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scanner)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/scan"
    Scanner.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


def scan_file(media_bridge, module):
    """Twisted's HTTP client waits for moments of its own, which pass only where the test lets them."""
    scan = module.start("check_media_file_for_spam", FILE)
    while not scan.is_done:
        media_bridge.clock.advance(0.001)
    return scan.result()


@pytest.mark.parametrize("send", ["hash", "file"])
def test_a_clean_file_is_let_in(media_bridge, scanner, send):
    Scanner.answer = (200, b'{"clean": true}')
    module = media_bridge.load("outside_scanner.OutsideScanner", {"url": scanner, "send": send})
    assert scan_file(media_bridge, module) == NOT_SPAM
    by_hash = ("GET", f"/scan?sha256={hashlib.sha256(FILE).hexdigest()}&size={len(FILE)}", b"")
    assert Scanner.asked == [by_hash if send == "hash" else ("POST", "/scan", FILE)]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b'{"clean": false, "name": "a worm"}', "a worm"),
        ('{"clean": false, "name": "' + "🐛" * 101 + '"}', "🐛" * 100),
        (b'{"clean": false, "name": ""}', "something harmful"),
        (b'{"clean": false, "name": 1}', "something harmful"),
        (b'{"clean": false}', "something harmful"),
    ],
)
def test_a_harmful_file_is_refused_with_what_was_found(media_bridge, scanner, answer, found):
    Scanner.answer = (200, answer.encode() if isinstance(answer, str) else answer)
    module = media_bridge.load("outside_scanner.OutsideScanner", {"url": scanner})
    with pytest.raises(SynapseError, match=f"The scanner found {found}$") as refusal:
        scan_file(media_bridge, module)
    assert refusal.value.code == 403
    assert refusal.value.error_dict(None)["org.example.found"] == found


@pytest.mark.parametrize(
    "answer",
    [
        (500, b'{"clean": true}'),
        (404, b'{"clean": true}'),
        (204, b""),
        (200, b""),
        (200, b"clean"),
        (200, b"true"),
        (200, b"{}"),
        (200, b'{"clean": 1}'),
        (200, b'{"clean": true, "score": NaN}'),
        (200, b'{"clean": true, "name": "\xff"}'),
        (200, b'\xef\xbb\xbf{"clean": true}'),
    ],
)
def test_without_a_usable_answer_the_file_is_refused(media_bridge, scanner, answer):
    Scanner.answer = answer
    module = media_bridge.load("outside_scanner.OutsideScanner", {"url": scanner})
    with pytest.raises(SynapseError, match="cannot be scanned at the moment") as refusal:
        scan_file(media_bridge, module)
    assert refusal.value.code == 503


def test_a_scanner_that_is_not_there_lets_no_file_in(media_bridge, scanner):
    module = media_bridge.load("outside_scanner.OutsideScanner", {"url": "http://127.0.0.1:1/"})
    with pytest.raises(SynapseError, match="cannot be scanned at the moment"):
        scan_file(media_bridge, module)


def test_a_scanner_that_does_not_answer_in_time_lets_no_file_in(media_bridge, scanner):
    Scanner.answer = (200, None)
    module = media_bridge.load("outside_scanner.OutsideScanner", {"url": scanner, "timeout_ms": 100})
    scan = module.start("check_media_file_for_spam", FILE)
    while not Scanner.asked:
        media_bridge.clock.advance(0)
    assert not scan.is_done
    media_bridge.clock.advance(0.1)
    with pytest.raises(SynapseError, match="cannot be scanned at the moment"):
        scan.result()


@pytest.mark.parametrize("wrong", [{"url": "ftp://example.test"}, {"send": "all"}, {"timeout_ms": 0}])
def test_a_mistake_in_the_configuration_ends_the_start(media_bridge, wrong):
    with pytest.raises(ConfigError):
        media_bridge.load("outside_scanner.OutsideScanner", {"url": "http://127.0.0.1:1/", **wrong})
