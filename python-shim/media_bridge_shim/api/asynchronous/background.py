"""Background processes: started at once, their failures logged and never lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import Context
from functools import partial, wraps
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ...context import held_back
from ...context import service as services
from ...context.current_task import run_step
from ...context.running import copy_origin, current_module
from .awaitables import call
from .failures import exc_info_of
from .logging_context import LoggingContext, set_current_context


class BackgroundProcessLoggingContext(LoggingContext):
    """The context of a background process."""

    def __init__(self, *, name: str, server_name: str, instance_id: int | str | None = None) -> None:
        super().__init__(name, server_name=server_name)
        self.instance_id = instance_id


def run_as_background_process(desc: str, *args: Any, **kwargs: Any) -> Deferred[Any]:
    """`(desc, func, *args)` or, as in newer releases, `(desc, server_name, func, *args)`; each by position or by name.

    The Deferred fires with the result, or with None after a failure, which is in the log by then. During a check
    nothing is started and the Deferred never fires.
    """
    for name in ("server_name", "bg_start_span", "test_only_tracer"):
        kwargs.pop(name, None)
    if "func" in kwargs:
        function, rest = kwargs.pop("func"), ()
    else:
        skipped = 0 if args and callable(args[0]) else 1
        function, rest = (*args[skipped : skipped + 1], None)[0], args[skipped + 1 :]
    if not callable(function):
        raise TypeError(f"run_as_background_process({desc!r}, …) was not given a function to run")
    return start_process(desc, name_logger(function), None, partial(function, *rest, **kwargs))


def wrap_as_background_process(desc: str) -> Callable[[Callable[..., Any]], Callable[..., Deferred[Any]]]:
    """A decorator: each call of the function is a background process."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Deferred[Any]]:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Deferred[Any]:
            return start_process(desc, name_logger(function), None, partial(function, *args, **kwargs))

        return run

    return decorate


def start_process(
    desc: str, logger: logging.Logger, module_path: str | None, function: Callable[[], Any]
) -> Deferred[Any]:
    """Runs `function` now, in a context of its own that belongs to `module_path` where that is known."""
    if is_dry_run():
        held_back.count(held_back.BACKGROUND)
        return Deferred()
    context = copy_origin()
    if module_path is not None:
        context.run(current_module.set, module_path)
    context.run(set_current_context, BackgroundProcessLoggingContext(name=desc, server_name=""))
    process, _ = context.run(run_step, call, function)
    process.addErrback(partial(log_failure, desc, logger, context))
    return process


def log_failure(desc: str, logger: logging.Logger, context: Context, failure: Failure) -> None:
    # In the context of the process, so that the record says whose it is.
    context.copy().run(logger.error, "Background process %r failed", desc, exc_info=exc_info_of(failure))


def is_dry_run() -> bool:
    """Whether this is a check, in which modules start nothing."""
    try:
        return services.current().dry_run
    except RuntimeError:
        return False


def may_send(method: str) -> bool:
    """Whether a module may send such a request to another server now."""
    return not is_dry_run() or (method == "GET" and services.current().may_get)


def name_logger(function: Any) -> logging.Logger:
    """The logger of the module that a function comes from."""
    while isinstance(function, partial):
        function = function.func
    return logging.getLogger(getattr(function, "__module__", None) or __name__)
