"""`RestServlet`: methods `on_GET`, `on_PUT`, `on_POST`, `on_DELETE` for patterns of paths."""

from __future__ import annotations

from collections.abc import Iterable
from re import Pattern
from typing import Any

METHODS = ("GET", "PUT", "POST", "DELETE")


class RestServlet:
    """Subclasses have `PATTERNS` and `on_<METHOD>`, or a `register` of their own."""

    PATTERNS: Iterable[Pattern[str]] | None = None

    def register(self, http_server: Any) -> None:
        """Hands its methods to a `JsonResource`; `NotImplementedError` without patterns."""
        if not self.PATTERNS:
            raise NotImplementedError(f"{type(self).__name__} has neither PATTERNS nor a register() of its own")
        for method in METHODS:
            handler = getattr(self, f"on_{method}", None)
            if handler is not None:
                http_server.register_paths(method, self.PATTERNS, handler, type(self).__name__)
