"""Whose code runs, and for which request: for the log, and for what modules print."""

from __future__ import annotations

import threading
from contextvars import Context, ContextVar, copy_context
from typing import Any

from .activity import activity

current_module: ContextVar[str | None] = ContextVar("current_module", default=None)
"""The path of the module whose code runs: set while it loads and once a callback of its had to wait."""
current_request: ContextVar[int | None] = ContextVar("current_request", default=None)
"""The number of the request that a callback runs for, once the callback had to wait."""

_main_thread = threading.main_thread().ident


def describe_origin() -> dict[str, Any]:
    """`module` and `request`, as far as they are known. A callback on the stack says it without the variables.

    Setting these at each call would cost a tenth of the call.
    """
    entry = activity.entry if threading.get_ident() == _main_thread else None
    module, request = current_module.get(), current_request.get()
    # In the first step of a callback nothing is set: what is found is of the code that it began on top of.
    if entry is not None and (activity.hand is None or module is None):
        module, request = entry.module_path, activity.request
    origin: dict[str, Any] = {}
    if module is not None:
        origin["module"] = module
    if request is not None:
        origin["request"] = request
    return origin


def copy_origin() -> Context:
    """A copy of the running context that says by itself whose it is: for other threads, and for background work."""
    origin = describe_origin()
    context = copy_context()
    context.run(current_module.set, origin.get("module"))
    context.run(current_request.set, origin.get("request"))
    return context
