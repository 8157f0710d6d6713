"""The module that Synapse loads."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from synapse.module_api import ModuleApi
from synapse.module_api.errors import ConfigError

from .errors import NodeUnavailable, StartFailed
from .settings import Settings, read_settings

if TYPE_CHECKING:
    from .conversation import Entry

logger = logging.getLogger(__name__)


class TypeScriptModules:
    """Runs TypeScript modules in a Node beside this Synapse, at this place in the order of its modules."""

    @staticmethod
    def parse_config(config: Any) -> Settings:
        """Loads the modules once and parses their configurations. Raises `ConfigError` with the file and the line."""
        settings = read_settings(config)
        _require_msgpack()
        from .check import check_modules

        try:
            check_modules(settings)
        except (StartFailed, NodeUnavailable) as error:
            raise ConfigError(str(error)) from error
        return settings

    def __init__(self, config: Settings, api: ModuleApi) -> None:
        from . import releases
        from .supervisor import Supervisor

        self._settings = config
        self._api = api
        self._missing: set[str] = set()
        if not releases.handles_media(api):
            logger.info("This worker does not handle media: the TypeScript modules are not started here")
            return
        self._node = Supervisor(config, api, self._register)
        try:
            self._node.start()
        except (StartFailed, NodeUnavailable) as error:
            raise ConfigError(f"The TypeScript modules cannot be started: {error}") from error

    def _register(self, entry: Entry) -> None:
        from . import releases
        from .callbacks import make_callback

        if releases.register(self._api, entry.kind, make_callback(entry, self._node, self._settings)):
            logger.info("Registered %s of %s", entry.kind, entry.file)
        else:
            logger.warning(
                "Synapse %s has no %s, so that of %s is never called: it is part of Synapse from %s on",
                releases.SYNAPSE_VERSION,
                entry.kind,
                entry.file,
                releases.FIRST_WHOLE,
            )


def _require_msgpack() -> None:
    import sys

    try:
        import msgpack  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"synapse_media_bridge_module needs msgpack in Synapse's own environment: {sys.executable} -m pip install "
            "msgpack"
        ) from error
