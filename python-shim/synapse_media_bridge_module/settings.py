"""The `config:` of the entry in Synapse's `modules:`, checked before anything is started."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synapse.module_api.errors import ConfigError

DEFAULT_COMMAND = ("media-bridge", "callbacks")
_KEYS = frozenset(
    ("modules", "command", "socket", "deadline_ms", "spam_deadline_ms", "start_deadline_ms", "on_unavailable")
)
# The length that the system allows for a socket's path, in bytes, less the closing zero.
_MAX_SOCKET_BYTES = 107


@dataclass(frozen=True)
class Settings:
    """One entry of Synapse's `modules:`. Either `command` or `socket` is set."""

    modules: tuple[dict[str, str], ...]
    """`{"typescript": path or package, "config": JSON text}`, in order."""
    command: tuple[str, ...] | None
    socket: str | None
    deadline_ms: int
    """For each callback but the one below."""
    spam_deadline_ms: int
    """For `check_media_file_for_spam`, which reads files."""
    start_deadline_ms: int
    skips_config: bool
    """Whether `get_media_config_for_user` passes the user on to the next module while Node cannot be asked."""

    def deadline_of(self, kind: str) -> int:
        return self.spam_deadline_ms if kind == "check_media_file_for_spam" else self.deadline_ms


def read_settings(config: Any) -> Settings:
    """Raises `ConfigError` with the path of the key that is wrong."""
    if not isinstance(config, Mapping):
        raise ConfigError("expected a mapping with the key modules")
    for key in config:
        if key not in _KEYS:
            raise ConfigError(f"unknown key; known are {', '.join(sorted(_KEYS))}", (str(key),))
    if config.get("command") is not None and config.get("socket") is not None:
        raise ConfigError("expected either command or socket, not both", ("socket",))
    socket = _read_socket(config.get("socket"))
    return Settings(
        modules=_read_modules(config.get("modules")),
        command=None if socket is not None else _read_command(config.get("command")),
        socket=socket,
        deadline_ms=_read_ms(config, "deadline_ms", 30_000),
        spam_deadline_ms=_read_ms(config, "spam_deadline_ms", 300_000),
        start_deadline_ms=_read_ms(config, "start_deadline_ms", 60_000),
        skips_config=_read_policy(config.get("on_unavailable", "refuse")),
    )


def _read_modules(value: Any) -> tuple[dict[str, str], ...]:
    if not isinstance(value, list) or not value:
        raise ConfigError("expected a list of { typescript: /path/of/a/module.ts, config: {…} }", ("modules",))
    return tuple(_read_module(module, ("modules", str(index))) for index, module in enumerate(value))


def _read_module(value: Any, path: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(value, Mapping) or not set(value) <= {"typescript", "config"}:
        raise ConfigError("expected { typescript: /path/of/a/module.ts, config: {…} }", path)
    typescript = value.get("typescript")
    if not isinstance(typescript, str) or not typescript or typescript.startswith("."):
        raise ConfigError("expected an absolute path, or the name of a package", (*path, "typescript"))
    config = value.get("config")
    return {"typescript": typescript, "config": _to_json({} if config is None else config, (*path, "config"))}


def _to_json(config: Any, path: tuple[str, ...]) -> str:
    _check_keys(config, path)
    try:
        return json.dumps(config, allow_nan=False)
    except (TypeError, ValueError) as error:
        # The value itself may be a secret.
        raise ConfigError("holds a value that JSON cannot say: write dates in quotes", path) from error


def _check_keys(value: Any, path: tuple[str, ...]) -> None:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str):
                raise ConfigError(f"a key is a {type(key).__name__}: write it in quotes", path)
            _check_keys(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _check_keys(member, (*path, str(index)))


def _read_command(value: Any) -> tuple[str, ...]:
    if value is None:
        return DEFAULT_COMMAND
    if not isinstance(value, list) or not value or not all(isinstance(part, str) and part for part in value):
        raise ConfigError("expected a list of words, such as [media-bridge, callbacks]", ("command",))
    return tuple(value)


def _read_socket(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not os.path.isabs(value):
        raise ConfigError("expected the absolute path of a Unix socket", ("socket",))
    if len(os.fsencode(value)) > _MAX_SOCKET_BYTES:
        raise ConfigError(f"the path is longer than the {_MAX_SOCKET_BYTES} bytes that a socket may have", ("socket",))
    return value


def _read_ms(config: Mapping[str, Any], key: str, default: int) -> int:
    value = config.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 3_600_000:
        raise ConfigError("expected milliseconds, from 1 to 3600000", (key,))
    return value


def _read_policy(value: Any) -> bool:
    if value not in ("refuse", "skip"):
        raise ConfigError("expected refuse or skip", ("on_unavailable",))
    return bool(value == "skip")
