"""Loads modules by Synapse's rules: `module: a.b.Class`, an optional `parse_config`, `__init__(config, api)`."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from ..answers.missing_module import explain_without_class
from .config_text import read_config


class LoadedModule:
    """One entry of the configuration's list, on its way from a name to an instance."""

    def __init__(self, index: int, path: str, config_text: str) -> None:
        self.index = index
        self.path = path
        self._config_text = config_text
        self.config = self._read_config()
        self.instance: Any = None
        self._class: Any = None
        self._parsed: Any = None

    def _read_config(self) -> Any:
        # Synapse passes `{}` for whatever is empty.
        return read_config(self._config_text) or {}

    def import_class(self) -> None:
        package, dot, name = self.path.rpartition(".")
        if not dot or not package or not name:
            raise ImportError(f"{self.path!r} is not of the form package.Class")
        module = importlib.import_module(package)
        if not hasattr(module, name):
            lack = explain_without_class(package)
            raise ImportError(f"{package} has no class {name}{'' if lack is None else f': {lack}'}")
        self._class = getattr(module, name)

    def parse_config(self) -> None:
        parse = self.parser
        # The parser gets a copy: what it changes must not change what errors hide.
        self._parsed = self.config if parse is None else parse(self._read_config())

    @property
    def parsed(self) -> Any:
        """What its constructor gets as its configuration."""
        return self._parsed

    @property
    def parser(self) -> Any:
        """Its `parse_config`; None where it has none."""
        return getattr(self._class, "parse_config", None)

    def construct(self, api: Any) -> None:
        self.instance = self._class(self._parsed, api)

    def file(self) -> str | None:
        """The source file of the class, where there is one."""
        try:
            return inspect.getfile(self._class)
        except (TypeError, OSError):
            return getattr(inspect.getmodule(self._class), "__file__", None)
