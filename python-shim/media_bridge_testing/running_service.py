"""A whole service in a process of its own, for uploads from end to end."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[2]
SERVER_NAME = "example.test"
STOP_SECONDS = 15


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def media_id(self) -> str | None:
        """Of an upload that was stored."""
        uri = self.body.get("content_uri") if isinstance(self.body, dict) else None
        return None if uri is None else str(uri).rpartition("/")[2]


class RunningService:
    """Its Python modules run in the interpreter of the tests. Its clock is the machine's."""

    def __init__(
        self, folder: Path, modules: Sequence[Mapping[str, Any]], python_path: Path, users: Sequence[str]
    ) -> None:
        folder.mkdir()
        self._tokens = {user: f"token-of-{user}" for user in users}
        self._log = folder / "log"
        config = self._write_config(folder, modules, python_path)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [_find_node(), str(PACKAGE / "dist/cli/main.js"), "start", "--config", str(config)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.url = self._wait_until_ready()

    def upload(self, user: str, content: bytes, content_type: str = "application/octet-stream") -> Answer:
        """Uploads as one of the users that the service was started with."""
        return self.request("POST", "/_matrix/media/v3/upload", user, content, {"Content-Type": content_type})

    def request(
        self, method: str, path: str, user: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Any request; `body` of the answer is its JSON where it is JSON, and bytes otherwise."""
        request = urllib.request.Request(self.url + path, body, dict(headers or {}), method=method)
        request.add_header("Authorization", f"Bearer {self._tokens[user]}")
        try:
            with urllib.request.urlopen(request, timeout=STOP_SECONDS) as response:
                return _read(response)
        except urllib.error.HTTPError as refusal:
            return _read(refusal)

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _write_config(self, folder: Path, modules: Sequence[Mapping[str, Any]], python_path: Path) -> Path:
        tokens = folder / "tokens.yaml"
        tokens.write_text(json.dumps({token: {"user_id": user} for user, token in self._tokens.items()}))
        tokens.chmod(0o600)
        config = folder / "media-bridge.yaml"
        # JSON is YAML.
        config.write_text(
            json.dumps(
                {
                    "server_name": SERVER_NAME,
                    "media_store_path": str(folder / "media"),
                    "modules": list(modules),
                    "media_bridge": {
                        "listen": {"host": "127.0.0.1", "port": 0},
                        "tokens_file": str(tokens),
                        "data_path": str(folder / "data"),
                        "python": {"executable": sys.executable, "path": [str(python_path)]},
                    },
                }
            )
        )
        return config

    def _wait_until_ready(self) -> str:
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            facts = json.loads(line) if line.startswith("{") else {}
            if facts.get("msg") == "ready":
                # From here on nothing of it is needed, but a full pipe would hold the service up.
                threading.Thread(target=self._process.stdout.read, daemon=True).start()
                return f"http://127.0.0.1:{facts['address']['port']}"
        self.close()
        raise RuntimeError("the service did not start:\n" + "".join(said) + self._log.read_text())


def _find_node() -> str:
    """The Node.js that the package brings where it is a checkout; otherwise the machine's."""
    own = PACKAGE / "node_modules/.bin/node"
    return str(own) if own.exists() else "node"


def _read(response: Any) -> Answer:
    data = response.read()
    is_json = response.headers.get_content_type() == "application/json"
    return Answer(response.status, json.loads(data) if is_json else data, dict(response.headers.items()))
