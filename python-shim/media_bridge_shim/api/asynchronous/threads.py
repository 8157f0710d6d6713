"""Blocking functions, off the reactor's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from ...context.running import copy_origin


def defer_to_thread(reactor: Any, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
    """Runs `f` in the reactor's own pool."""
    return defer_to_threadpool(reactor, reactor.getThreadPool(), f, *args, **kwargs)


def defer_to_threadpool(
    reactor: Any, threadpool: ThreadPool, f: Callable[..., Any], *args: Any, **kwargs: Any
) -> Deferred[Any]:
    """Runs `f` in `threadpool`, with the context variables of the caller."""
    return deferToThreadPool(reactor, threadpool, copy_origin().run, f, *args, **kwargs)
