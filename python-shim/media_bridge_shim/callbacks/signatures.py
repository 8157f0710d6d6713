"""What a callback takes: read off its signature, for messages before it is called for the first time."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def requires_two(callback: Callable[..., Any]) -> bool:
    """Whether a second positional argument must be given. Where the signature cannot be read: no."""
    try:
        parameters = list(inspect.signature(callback).parameters.values())
    except Exception:
        return False
    positional = [parameter for parameter in parameters if parameter.kind in _POSITIONAL]
    return len(positional) >= 2 and positional[1].default is inspect.Parameter.empty


def find_misfit(callback: Callable[..., Any], given: int) -> str | None:
    """Why `given` positional arguments do not fit, in words; None where they do, or where that cannot be told.

    What a decorator wraps is not looked at: it may be given more, or less, than the decorator is.
    """
    try:
        signature = inspect.signature(callback, follow_wrapped=False)
    except Exception:
        return None
    try:
        signature.bind(*[None] * given)
    except TypeError as error:
        return f"takes {_parameters(signature)}, is called with {given} ({error})"
    return None


def _parameters(signature: inspect.Signature) -> str:
    parameters = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    return str(signature.replace(parameters=parameters, return_annotation=signature.empty))
