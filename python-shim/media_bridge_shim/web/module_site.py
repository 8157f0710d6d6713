"""The site of modules' resources: it knows whose each path is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from .site import SynapseSite


class ModuleSite(SynapseSite):
    """`owners` are the modules by the segments of the paths that they have registered."""

    def __init__(self, *, owners: Mapping[tuple[bytes, ...], str], **options: Any) -> None:
        super().__init__(**options)
        self._owners = owners

    def module_at(self, path: bytes) -> str | None:
        segments = tuple(unquote_to_bytes(segment) for segment in path[1:].split(b"/"))
        lengths = range(len(segments), 0, -1)
        return next((self._owners[segments[:n]] for n in lengths if segments[:n] in self._owners), None)
