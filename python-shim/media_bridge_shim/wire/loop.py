"""asyncio's loop with a short cut for one descriptor: the channel is served inside the wait for events.

A turn of asyncio's loop costs as much as a small call. Where only the channel has something to do, it is not turned.
"""

from __future__ import annotations

import asyncio
import os
import select
import selectors
from collections.abc import Callable
from contextvars import Context
from time import monotonic
from typing import Any

FORKED_EXIT_STATUS = 76  # EX_PROTOCOL


class ChannelSelector(selectors.EpollSelector):
    """Calls `on_channel` for the channel's events itself; everything else goes the usual way."""

    def __init__(self) -> None:
        super().__init__()
        self.has_news = False
        """Set when the loop was given something to do, so that it gets its turn."""
        self._epoll: Any = select.epoll()
        self._epoll.register(super().fileno(), select.EPOLLIN)
        self._channel_fd = -1
        self._on_channel: Callable[[], None] = _do_nothing

    def serve_channel(self, fd: int, on_channel: Callable[[], None]) -> None:
        self._channel_fd = fd
        self._on_channel = on_channel
        self._epoll.register(fd, select.EPOLLIN)

    def forget_channel(self) -> None:
        if self._channel_fd != -1:
            self._epoll.unregister(self._channel_fd)
            self._channel_fd = -1

    def abandon(self) -> None:
        """In a forked child: a copy that comes back into the loop ends there. It would do all work a second time."""
        self._epoll = self._selector = _Abandoned()

    def select(self, timeout: float | None = None) -> list[Any]:
        end = None if timeout is None else monotonic() + timeout
        self.has_news = False
        while True:
            events = self._epoll.poll(timeout)
            channel_fd = self._channel_fd
            only_channel = bool(events)
            for fd, _event in events:
                if fd == channel_fd:
                    self._on_channel()
                else:
                    only_channel = False
            if not only_channel or self.has_news:
                return super().select(0)
            if end is not None:
                timeout = end - monotonic()
                # A timer is due: a channel that always has something must not keep it waiting.
                if timeout <= 0:
                    return super().select(0)

    def close(self) -> None:
        self._epoll.close()
        super().close()


class ChannelLoop(asyncio.SelectorEventLoop):
    """The loop over a `ChannelSelector`; notices what is scheduled while the selector serves the channel."""

    def __init__(self) -> None:
        self.channel_selector = ChannelSelector()
        super().__init__(self.channel_selector)

    # The superclass ties the arguments to the callback by a TypeVarTuple, which Python has from 3.11 on.
    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        self.channel_selector.has_news = True
        return super().call_soon(callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self.channel_selector.has_news = True
        return super().call_at(when, callback, *args, context=context)

    def stop(self) -> None:
        self.channel_selector.has_news = True
        super().stop()


class _Abandoned:
    def poll(self, *_args: Any) -> None:
        os._exit(FORKED_EXIT_STATUS)


def _do_nothing() -> None:
    return
