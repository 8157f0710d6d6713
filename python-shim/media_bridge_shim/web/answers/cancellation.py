"""Handlers that may be cancelled when their client leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def cancellable(function: F) -> F:
    """Marks a handler: it is cancelled where its client leaves before it is answered."""
    function.__dict__["cancellable"] = True
    return function


def is_function_cancellable(function: Callable[..., Any]) -> bool:
    """Whether it is marked so."""
    return getattr(function, "cancellable", False)
