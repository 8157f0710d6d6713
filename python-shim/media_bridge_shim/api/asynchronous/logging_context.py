"""Synapse's logging contexts, as far as modules use them: a name that follows the running code. Nothing is measured."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import wraps
from typing import Any

import attr
from twisted.internet.defer import Deferred

from .awaitables import call, start


class ContextResourceUsage:
    """What a context used. Nothing is counted here, so that all of it stays 0."""

    def __init__(self, copy_from: ContextResourceUsage | None = None) -> None:
        self.ru_utime = self.ru_stime = 0.0
        self.db_txn_count = self.evt_db_fetch_count = 0
        self.db_txn_duration_sec = self.db_sched_duration_sec = 0.0

    def copy(self) -> ContextResourceUsage:
        return ContextResourceUsage(self)

    def reset(self) -> None:
        """It is 0 already."""


class LoggingContext:
    """Current inside its `with` block; otherwise without effect."""

    def __init__(self, name: str = "", parent_context: Any = None, request: Any = None, **kwargs: Any) -> None:
        self.name = name
        self.parent_context = parent_context
        self.request = request
        self.server_name = kwargs.get("server_name", "")
        self.tag = ""
        self.scope: Any = None
        self.finished = False
        self.main_thread = threading.get_ident()
        self.previous_context: Any = None

    def __enter__(self) -> LoggingContext:
        self.previous_context = set_current_context(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        # The block may end in another context of Python's than the one it began in, so the old value is set, not reset.
        set_current_context(self.previous_context)
        self.finished = True

    def __str__(self) -> str:
        return self.name if not self.request or isinstance(self.request, ContextRequest) else str(self.request)

    def start(self, rusage: object = None) -> None:
        """Counts nothing here."""

    def stop(self, rusage: object = None) -> None:
        """Counts nothing here."""

    def add_cputime(self, utime_delta: float, stime_delta: float) -> None:
        """Counts nothing here."""

    def get_resource_usage(self) -> ContextResourceUsage:
        """Nothing was counted."""
        return ContextResourceUsage()

    def record_event_fetch(self, event_count: int) -> None:
        """Counts nothing here."""

    def add_database_transaction(self, duration_sec: float) -> None:
        """Counts nothing here."""

    def add_database_scheduled(self, sched_sec: float) -> None:
        """Counts nothing here."""


class Sentinel(LoggingContext):
    """The context of code that runs for no request. It is falsy."""

    def __bool__(self) -> bool:
        return False


SENTINEL_CONTEXT = Sentinel("sentinel")
LoggingContextOrSentinel = LoggingContext
active: ContextVar[LoggingContext] = ContextVar("logging_context", default=SENTINEL_CONTEXT)


class PreserveLoggingContext:
    """Another context inside the block, the former one behind it."""

    def __init__(self, new_context: LoggingContext = SENTINEL_CONTEXT) -> None:
        self._new_context = new_context
        self._old_context: LoggingContext = SENTINEL_CONTEXT

    def __enter__(self) -> None:
        self._old_context = set_current_context(self._new_context)

    def __exit__(self, *exc_info: object) -> None:
        set_current_context(self._old_context)


class LoggingContextFilter(logging.Filter):
    """Adds `request`, the context's name, to every record."""

    def __init__(self, request: str = "") -> None:
        super().__init__()
        self._default = request

    def filter(self, record: logging.LogRecord) -> bool:
        context = current_context()
        record.__dict__["request"] = str(context) if context else self._default
        return True


def current_context() -> LoggingContext:
    """The context of the running code."""
    return active.get()


def set_current_context(context: LoggingContext) -> LoggingContext:
    """Makes `context` current and returns the former one."""
    former = active.get()
    active.set(context)
    return former


def nested_logging_context(suffix: str) -> LoggingContext:
    """A new context, named after the current one."""
    parent = current_context()
    return LoggingContext(f"{parent}-{suffix}", parent_context=parent or None, request=parent.request)


def make_deferred_yieldable(deferred: Any) -> Deferred[Any]:
    """A Deferred that may be awaited. Here every Deferred may; anything else becomes one."""
    return start(deferred)


def run_in_background(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
    """Starts `f` at once. A caller that does not wait for the Deferred gives up its errors, as in Synapse."""
    return call(f, *args, **kwargs)


def run_coroutine_in_background(coroutine: Coroutine[Any, Any, Any]) -> Deferred[Any]:
    """As `run_in_background`, for a coroutine that exists already."""
    return start(coroutine)


def preserve_fn(f: Callable[..., Any]) -> Callable[..., Deferred[Any]]:
    """A function that runs `f` in the background."""

    @wraps(f)
    def run(*args: Any, **kwargs: Any) -> Deferred[Any]:
        return run_in_background(f, *args, **kwargs)

    return run


@attr.s(slots=True, auto_attribs=True)
class ContextRequest:
    """What a context knows of its request."""

    request_id: str
    ip_address: str
    site_tag: str
    requester: str | None
    authenticated_entity: str | None
    method: str
    url: str
    protocol: str
    user_agent: str


class RequestContext(LoggingContext):
    """The context in which callbacks run that are called for a request.

    `user` makes the request; None where no user is behind it. On the hot path: what few modules ask for is made then.
    """

    def __init__(self, number: int | None, user: str | None) -> None:
        self._number = number
        self._user = user

    def __getattr__(self, name: str) -> Any:
        if "name" in self.__dict__:
            raise AttributeError(f"a logging context has no {name}")
        set_before = dict(self.__dict__)
        request_id = "" if self._number is None else str(self._number)
        request = ContextRequest(request_id, "", "", self._user, None, "", "", "", "")
        super().__init__(request_id, request=request)
        self.__dict__.update(set_before)
        return getattr(self, name)


def logcontext_error(msg: str) -> None:
    """Contexts are permissive here: none is ever reported as misused."""
