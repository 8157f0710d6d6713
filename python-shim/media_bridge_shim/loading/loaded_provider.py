"""Loads storage providers by Synapse's rules: `parse_config` where there is one, then `__init__(hs, config)`."""

from __future__ import annotations

from typing import Any

from .loader import LoadedModule


class LoadedProvider(LoadedModule):
    """One entry of `media_storage_providers`. Its `hs` has a `ModuleApi` of its own behind `get_module_api()`."""

    def construct(self, api: Any) -> None:
        self.instance = self._class(api._hs, self._parsed)
