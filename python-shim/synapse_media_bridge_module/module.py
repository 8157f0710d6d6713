"""The module that Synapse loads."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any

from synapse.module_api import ModuleApi
from synapse.module_api.errors import ConfigError

from .shared.errors import NodeUnavailable, StartFailed
from .shared.settings import Settings, read_settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """One entry of Synapse's `modules:`, and the Python modules in it: class and parsed configuration by place."""

    settings: Settings
    classes: dict[int, tuple[Any, Any]]


class TypeScriptModules:
    """Runs TypeScript modules in a Node beside this Synapse, at this place in the order of its modules.

    It runs Python modules too, in Synapse itself, where they have a TypeScript module as their shadow.
    """

    @staticmethod
    def parse_config(config: Any) -> Loaded:
        """Loads the modules once and parses their configurations. Raises `ConfigError` with the file and the line."""
        settings = read_settings(config)
        _require_msgpack()
        from .connection.check import check_modules

        classes = _load_classes(settings)
        try:
            # Where no TypeScript module decides, Synapse can work without Node.
            if settings.requires_node:
                check_modules(settings)
        except (StartFailed, NodeUnavailable) as error:
            raise ConfigError(str(error)) from error
        return Loaded(settings, classes)

    def __init__(self, config: Loaded, api: ModuleApi) -> None:
        from .chains import Chains
        from .shared import releases

        settings = config.settings
        if not releases.handles_media(api):
            logger.info("This worker does not handle media: the TypeScript modules are not started here")
            for python_class, parsed in config.classes.values():
                python_class(parsed, api)
            return
        _claim_data_path(settings)
        try:
            Chains(settings, config.classes, api).start()
        except (StartFailed, NodeUnavailable) as error:
            raise ConfigError(f"The TypeScript modules cannot be started: {error}") from error


def _load_classes(settings: Settings) -> dict[int, tuple[Any, Any]]:
    from .shared import releases

    return {
        index: releases.load_python_class(entry.module.python, entry.module.config, ("modules", str(index)))
        for index, entry in enumerate(settings.entries)
        if entry.module.python is not None
    }


# Of this process. Two entries that used one folder would count as one.
_data_paths: set[str] = set()


def _claim_data_path(settings: Settings) -> None:
    if settings.data_path is None or not settings.has_shadows:
        return
    folder = os.path.realpath(settings.data_path)
    if folder in _data_paths:
        raise ConfigError(
            f"data_path: {settings.data_path} is that of another entry of modules: too: give each entry a folder of "
            "its own"
        )
    _data_paths.add(folder)


def _require_msgpack() -> None:
    import sys

    try:
        import msgpack  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"synapse_media_bridge_module needs msgpack in Synapse's own environment: {sys.executable} -m pip install "
            "msgpack"
        ) from error
