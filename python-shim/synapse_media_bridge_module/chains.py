"""The modules of one entry at their places in Synapse's chains: TypeScript ones in Node, Python ones here."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any

from synapse.module_api import ModuleApi

from .callbacks import make_callback
from .connection.conversation import Entry
from .connection.supervisor import Supervisor
from .shadows.observed import ObservedModule
from .shadows.reports import Reports
from .shared import releases
from .shared.settings import Settings

logger = logging.getLogger(__name__)


class Chains:
    """`classes` are those of the Python modules, each with its parsed configuration, by their places."""

    def __init__(self, settings: Settings, classes: Mapping[int, tuple[Any, Any]], api: ModuleApi) -> None:
        self._settings = settings
        self._classes = classes
        self._api = api
        self._reports = Reports(settings)
        self._observed: dict[int, ObservedModule] = {}
        self._node = Supervisor(settings, api, self._register, self._reports, self._describe_shadows)

    def start(self) -> None:
        """Registers all callbacks in order. Raises `StartFailed`, `NodeUnavailable` or what a Python module raises."""
        if self._settings.requires_node:
            self._node.start(self._build)
            return
        self._build([])
        if self._settings.has_shadows:
            self._node.start_later()

    def _build(self, entries: list[Entry]) -> None:
        for index, entry in enumerate(self._settings.entries):
            if entry.module.python is not None:
                self._construct(index)
                continue
            for registered in entries:
                if registered.module == index:
                    self._register(registered)

    def _construct(self, index: int) -> None:
        python_class, parsed = self._classes[index]
        entry = self._settings.entries[index]
        api = self._api
        if entry.shadow is not None:
            self._observed[index] = ObservedModule(index, self._reports)
            api = self._observed[index].api(api)
        python_class(parsed, api)
        logger.info("Python module %s is set up at its place, modules.%d", entry.module.name, index)

    def _describe_shadows(self, config: str, waits: bool) -> dict[str, Any]:
        """The params of `shadows`; `config` is the path of `shadows.yaml`."""
        return {
            "config": config,
            "waits": waits,
            "files": self._reports.files_name,
            "python": [self._describe(index, observed.kinds) for index, observed in self._observed.items()],
        }

    def _describe(self, index: int, kinds: list[str]) -> dict[str, Any]:
        python_class = self._classes[index][0]
        file = getattr(sys.modules.get(python_class.__module__), "__file__", None)
        return {"module": index, "name": self._settings.entries[index].module.name, "file": file, "kinds": kinds}

    def _register(self, entry: Entry) -> None:
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
