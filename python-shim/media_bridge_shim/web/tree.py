"""The tree of registered resources, as Synapse builds it: each segment of a path is one child."""

from __future__ import annotations

from typing import Any

from .resources.plain_resources import OptionsResource, UnrecognizedRequestResource


class ResourceTree:
    """Where a resource hangs already, its children stay its children; where none does, the answer is 404."""

    def __init__(self) -> None:
        self.root = OptionsResource()
        self._resources: dict[tuple[bytes, ...], Any] = {(): self.root}

    def put(self, segments: tuple[bytes, ...], resource: Any) -> None:
        """Hangs a resource in. What was registered below its path before becomes a child of it."""
        parent: tuple[bytes, ...] = ()
        for length in range(1, len(segments)):
            path = segments[:length]
            if path not in self._resources:
                self._attach(parent, path, UnrecognizedRequestResource())
            parent = path
        for path in [*self._resources]:
            if len(path) == len(segments) + 1 and path[:-1] == segments:
                resource.putChild(path[-1], self._resources[path])
        self._attach(parent, segments, resource)

    def _attach(self, parent: tuple[bytes, ...], path: tuple[bytes, ...], resource: Any) -> None:
        self._resources[parent].putChild(path[-1], resource)
        self._resources[path] = resource


def split_path(path: str) -> tuple[bytes, ...]:
    """The segments of a path, to the letter: what precedes the first slash does not count."""
    before, *rest = path.encode("utf-8").split(b"/")
    return tuple(rest) if rest else (before,)
