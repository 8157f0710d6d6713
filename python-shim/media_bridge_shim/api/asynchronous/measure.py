"""`synapse.util.metrics`: blocks and functions that Synapse would measure. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from .logging_context import ContextResourceUsage

Function = TypeVar("Function", bound=Callable[..., Awaitable[Any]])


class Measure:
    """A block of a name."""

    def __init__(self, clock: Any, name: str = "", server_name: str = "") -> None:
        self.clock = clock
        self.name = name
        self.server_name = server_name

    def __enter__(self) -> Measure:
        return self

    def __exit__(self, exc_type: object, exc_val: object, exc_tb: object) -> None:
        return None

    def get_resource_usage(self) -> ContextResourceUsage:
        """Nothing was counted."""
        return ContextResourceUsage()


def measure_func(name: str | None = None) -> Callable[[Function], Function]:
    """The functions themselves."""
    return lambda function: function
