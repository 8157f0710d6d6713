"""A Synapse module: a scanner outside of the service says whether a file is clean. Without an answer it is refused.

It is asked with `GET <url>?sha256=…`, or with `POST <url>` and the file where `send: file` says so. It answers 200 with
`{"clean": true}`, or with `{"clean": false, "name": "what it found"}`.
"""

import hashlib
import json
import logging

import treq
from synapse.config._base import ConfigError
from synapse.logging.context import make_deferred_yieldable
from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.module_api.errors import Codes, SynapseError
from twisted.internet import reactor
from twisted.internet.defer import ensureDeferred
from twisted.web.http_headers import Headers

logger = logging.getLogger(__name__)

MAX_NAME_LENGTH = 100
NO_ANSWER = "The file cannot be scanned at the moment. Try again later"


class OutsideScanner:
    def __init__(self, config: dict, api: ModuleApi):
        self.api = api
        self.url = config["url"]
        self.sends_file = config["send"] == "file"
        self.timeout_seconds = config["timeout_ms"] / 1000
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)

    @staticmethod
    def parse_config(config: dict) -> dict:
        parsed = {"send": "hash", "timeout_ms": 10_000, **config}
        if not isinstance(parsed.get("url"), str) or not parsed["url"].startswith(("http://", "https://")):
            raise ConfigError("url: an http or https URL is expected")
        if parsed["send"] not in ("hash", "file"):
            raise ConfigError("send: expected hash or file")
        if type(parsed["timeout_ms"]) is not int or parsed["timeout_ms"] <= 0:
            raise ConfigError("timeout_ms: a positive whole number is expected")
        return parsed

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        content = await self.api.defer_to_thread(read_file, file_wrapper.path)
        try:
            asked = ensureDeferred(self.ask(content)).addTimeout(self.timeout_seconds, reactor)
            answer = await make_deferred_yieldable(asked)
            is_clean = answer["clean"]
            if not isinstance(is_clean, bool):
                raise ValueError("the scanner does not say whether the file is clean")
        except Exception:
            logger.warning("The scanner gave no answer", exc_info=True)
            raise SynapseError(503, NO_ANSWER, Codes.UNKNOWN, {"retry_after_ms": 30_000}) from None
        if is_clean:
            return NOT_SPAM
        name = answer.get("name")
        found = name[:MAX_NAME_LENGTH] if isinstance(name, str) and name else "something harmful"
        raise SynapseError(403, f"The scanner found {found}", Codes.FORBIDDEN, {"org.example.found": found})

    async def ask(self, content: bytes) -> dict:
        client = self.api.http_client
        if self.sends_file:
            headers = Headers({"Content-Type": ["application/octet-stream"]})
            response = await client.request("POST", self.url, content, headers)
        else:
            sha256 = hashlib.sha256(content).hexdigest()
            response = await client.request("GET", f"{self.url}?sha256={sha256}&size={len(content)}")
        body = await treq.content(response)
        if response.code != 200:
            raise ValueError(f"the scanner answered {response.code}")
        return json.loads(body.decode(), parse_constant=refuse_constant)


def read_file(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
