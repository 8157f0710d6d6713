"""Errors of a configuration, and Synapse's notation of sizes and durations."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from ..absent.unsupported import UnsupportedByMediaService, describe_refused

SIZES = {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
SECOND_MS = 1000
DAY_MS = 24 * 3600 * SECOND_MS
DURATIONS_MS = {
    "s": SECOND_MS,
    "m": 60 * SECOND_MS,
    "h": 3600 * SECOND_MS,
    "d": DAY_MS,
    "w": 7 * DAY_MS,
    "y": 365 * DAY_MS,
}


class ConfigError(Exception):
    """The configuration is wrong; `path` leads to the key."""

    def __init__(self, msg: str, path: Sequence[str] | None = None) -> None:
        super().__init__(msg) if path is None else super().__init__(msg, path)
        self.msg = msg
        self.path = path

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.msg}" if self.path else self.msg


class Config:
    """The base of a section, of which modules use the static helpers."""

    def __init__(self, root_config: Any = None) -> None:
        self.root = root_config

    @staticmethod
    def parse_size(value: str | int) -> int:
        """Bytes from `50M`, `1024` and the like."""
        if type(value) is int:
            return value
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is not a size: expected an int or a str")
        unit = SIZES.get(value[-1:])
        return int(value[:-1]) * unit if unit else int(value)

    @staticmethod
    def parse_duration(value: str | int) -> int:
        """Milliseconds from `1h`, `30s`, `500` and the like."""
        if type(value) is int:
            return value
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is not a duration: expected an int or a str")
        if value[-1:].isdigit():
            return int(value)
        if value[-1:] not in DURATIONS_MS:
            raise TypeError(
                f"{value!r} is not a duration: expected one of the suffixes {', '.join(DURATIONS_MS)}, or none"
            )
        return int(value[:-1]) * DURATIONS_MS[value[-1]]

    @staticmethod
    def abspath(file_path: str) -> str:
        return os.path.abspath(file_path) if file_path else file_path

    @classmethod
    def path_exists(cls, file_path: str) -> bool:
        return os.path.exists(file_path)

    @classmethod
    def check_file(cls, file_path: str | None, config_name: str) -> str:
        """The absolute path of a file that must exist; `ConfigError` where it does not."""
        if file_path is None:
            raise ConfigError(f"{config_name}: no file is given")
        if not os.path.isfile(file_path):
            raise ConfigError(f"{config_name}: there is no file {file_path}")
        return cls.abspath(file_path)

    @classmethod
    def ensure_directory(cls, dir_path: str) -> str:
        """The absolute path of a folder, made where it is missing; `ConfigError` where something else is there."""
        path = cls.abspath(dir_path)
        try:
            os.makedirs(path, exist_ok=True)
        except FileExistsError:
            raise ConfigError(f"{path} is not a directory") from None
        return path

    def read_template(self, filename: str) -> Any:
        """Synapse's own templates are not here."""
        raise UnsupportedByMediaService(describe_refused("Config.read_template()"))

    def read_templates(self, filenames: list[str], custom_template_directories: Any = None) -> list[Any]:
        """Synapse's own templates are not here; `ModuleApi.read_templates` reads those of a module."""
        raise UnsupportedByMediaService(describe_refused("Config.read_templates()"))

    @classmethod
    def read_file(cls, file_path: Any, config_name: str) -> str:
        """The text of a file that must exist."""
        with open(cls.check_file(file_path, config_name), encoding="utf-8") as stream:
            return stream.read()


def path_exists(file_path: str) -> bool:
    """Whether something is there."""
    return os.path.exists(file_path)


def read_file(file_path: Any, config_path: Sequence[str]) -> str:
    """The text of a file; `ConfigError` at `config_path` where there is none."""
    if not isinstance(file_path, str):
        raise ConfigError("expected the path of a file", config_path)
    try:
        with open(file_path, encoding="utf-8") as stream:
            return stream.read()
    except OSError as error:
        raise ConfigError(f"the file {file_path!r} cannot be read: {error.strerror}", config_path) from error


def format_config_error(e: ConfigError) -> Iterator[str]:
    """The error for people, in pieces."""
    yield "Error in configuration"
    if e.path:
        yield f" at {'.'.join(map(str, e.path))!r}"
    yield f":\n  {e.msg}"
