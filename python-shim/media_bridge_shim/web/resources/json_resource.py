"""`JsonResource`: a resource made of servlets, each with its patterns of paths."""

from __future__ import annotations

import urllib.parse
from collections.abc import Awaitable, Callable, Iterable
from re import Pattern
from typing import Any, Protocol

import attr
from twisted.python.failure import Failure

from ...api.vocabulary.errors import UnrecognizedRequestError
from ..answers.cancellation import is_function_cancellable
from ..answers.error_answers import return_json_error
from .async_resources import DirectServeJsonResource, wait_for

ServletCallback = Callable[..., None | Awaitable[None] | tuple[int, Any] | Awaitable[tuple[int, Any]]]
"""Called with the request and the named groups of the pattern."""


class HttpServer(Protocol):
    """Where servlets register."""

    def register_paths(
        self, method: str, path_patterns: Iterable[Pattern[str]], callback: ServletCallback, servlet_classname: str
    ) -> None:
        """`callback` answers requests by this method for paths that one of the patterns matches at its beginning."""


@attr.s(slots=True, frozen=True, auto_attribs=True)
class PathEntry:
    callback: ServletCallback
    servlet_classname: str


class JsonResource(DirectServeJsonResource):
    """Asks the patterns in the order of their registration; the first that matches decides, also about the method."""

    isLeaf = True

    def __init__(self, hs: Any, canonical_json: bool = True, extract_context: bool = False) -> None:
        self.clock = hs.get_clock()
        super().__init__(canonical_json, extract_context, clock=self.clock)
        self.hs = hs
        self._routes: dict[Pattern[str], dict[bytes, PathEntry]] = {}

    def register_paths(
        self, method: str, path_patterns: Iterable[Pattern[str]], callback: ServletCallback, servlet_classname: str
    ) -> None:
        for pattern in path_patterns:
            self._routes.setdefault(pattern, {})[method.encode("utf-8")] = PathEntry(callback, servlet_classname)

    def _get_handler_for_request(self, request: Any) -> tuple[ServletCallback, str, dict[str, str]]:
        path = request.path.decode("ascii")
        method = b"GET" if request.method == b"HEAD" else request.method
        for pattern, entries in self._routes.items():
            match = pattern.match(path)
            if match is None:
                continue
            entry = entries.get(method)
            if entry is None:
                raise UnrecognizedRequestError(code=405)
            return entry.callback, entry.servlet_classname, match.groupdict()
        raise UnrecognizedRequestError(code=404)

    async def _async_render(self, request: Any) -> Any:
        callback, servlet_classname, groups = self._get_handler_for_request(request)
        request.is_render_cancellable = is_function_cancellable(callback)
        request.request_metrics.name = servlet_classname
        arguments = {name: urllib.parse.unquote(value) if value else value for name, value in groups.items()}
        return await wait_for(callback(request, **arguments))

    def _send_error_response(self, f: Failure, request: Any) -> None:
        return_json_error(f, request, self.hs.config)
