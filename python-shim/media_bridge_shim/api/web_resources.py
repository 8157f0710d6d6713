"""The web resources that modules derive from. They can be declared and constructed; nothing serves them yet."""

from __future__ import annotations

from typing import Any

from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from .unsupported import UnsupportedByMediaService, describe


class SynapseRequest(Request):
    """For annotations."""


class SynapseSite(Site):
    """For annotations."""


class AsyncResource(Resource):
    """Calls `_async_render_<METHOD>` of a subclass, once resources are served."""

    def __init__(self, extract_context: bool = False, clock: Any = None) -> None:
        super().__init__()
        self._extract_context = extract_context

    def render(self, request: Any) -> int:
        raise UnsupportedByMediaService(describe(f"serving {type(self).__name__}"))


class DirectServeHtmlResource(AsyncResource):
    """Answers HTML."""


class DirectServeJsonResource(AsyncResource):
    """Answers JSON."""

    def __init__(self, canonical_json: bool = False, extract_context: bool = False, clock: Any = None) -> None:
        super().__init__(extract_context, clock)
        self.canonical_json = canonical_json


class JsonResource(DirectServeJsonResource):
    """Answers JSON, by patterns of paths."""

    isLeaf = True

    def __init__(self, hs: Any, canonical_json: bool = True, extract_context: bool = False) -> None:
        super().__init__(canonical_json, extract_context)
        self.hs = hs

    def register_paths(self, method: str, path_patterns: Any, callback: Any, servlet_classname: str) -> None:
        """Accepted; nothing serves them yet."""
