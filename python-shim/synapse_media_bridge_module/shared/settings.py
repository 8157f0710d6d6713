"""The `config:` of the entry in Synapse's `modules:`, checked before anything is started."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synapse.module_api.errors import ConfigError

from .entries import ModuleEntry, read_entries

DEFAULT_COMMAND = ("media-bridge", "callbacks")
_KEYS = frozenset(
    (
        *("modules", "command", "socket", "deadline_ms", "spam_deadline_ms", "start_deadline_ms", "on_unavailable"),
        *("data_path", "python"),
    )
)
# The length that the system allows for a socket's path, in bytes, less the closing zero.
_MAX_SOCKET_BYTES = 107


@dataclass(frozen=True)
class Settings:
    """One entry of Synapse's `modules:`. Either `command` or `socket` is set."""

    entries: tuple[ModuleEntry, ...]
    """In order."""
    command: tuple[str, ...] | None
    socket: str | None
    deadline_ms: int
    """For each callback but the one below."""
    spam_deadline_ms: int
    """For `check_media_file_for_spam`, which reads files."""
    start_deadline_ms: int
    skips_config: bool
    """Whether `get_media_config_for_user` passes the user on to the next module while Node cannot be asked."""
    data_path: str | None
    """Where what shadows said is kept, absolute; set where there is a shadow."""
    python: str | None
    """The interpreter of Python modules that are only compared; None: Synapse's own."""

    @property
    def has_shadows(self) -> bool:
        return any(entry.shadow is not None for entry in self.entries)

    @property
    def decides_in_node(self) -> bool:
        """Whether a TypeScript module decides: its verdicts are waited for."""
        return any(entry.module.typescript is not None for entry in self.entries)

    @property
    def requires_shadows(self) -> bool:
        """Whether Synapse does not start without one of the shadows."""
        return any(entry.shadow is not None and entry.shadow.required for entry in self.entries)

    @property
    def requires_node(self) -> bool:
        """Whether Synapse does not start without Node."""
        return self.decides_in_node or self.requires_shadows

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
    entries = read_entries(config.get("modules"))
    return Settings(
        entries=entries,
        command=None if socket is not None else _read_command(config.get("command")),
        socket=socket,
        deadline_ms=_read_ms(config, "deadline_ms", 30_000),
        spam_deadline_ms=_read_ms(config, "spam_deadline_ms", 300_000),
        start_deadline_ms=_read_ms(config, "start_deadline_ms", 60_000),
        skips_config=_read_policy(config.get("on_unavailable", "refuse")),
        data_path=_read_data_path(config.get("data_path"), any(entry.shadow is not None for entry in entries)),
        python=_read_absolute(config.get("python"), "python", "the absolute path of a Python interpreter"),
    )


def _read_data_path(value: Any, has_shadows: bool) -> str | None:
    form = "the absolute path of a folder, where what shadows said is kept"
    if value is None and has_shadows:
        raise ConfigError(f"a shadow needs {form}", ("data_path",))
    return _read_absolute(value, "data_path", form)


def _read_absolute(value: Any, key: str, form: str) -> str | None:
    if value is not None and (not isinstance(value, str) or not os.path.isabs(value)):
        raise ConfigError(f"expected {form}", (key,))
    return value


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
