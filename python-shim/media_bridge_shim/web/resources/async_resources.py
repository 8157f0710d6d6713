"""Resources whose methods are coroutines, by the name `_async_render_<METHOD>`; they answer JSON or HTML."""

from __future__ import annotations

import abc
from collections.abc import Callable
from functools import wraps
from inspect import isawaitable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from ...api.asynchronous.awaitables import await_anything, start
from ...api.asynchronous.clock import Clock
from ...api.homeserver.homeserver import get_clock
from ...api.vocabulary.errors import LimitExceededError, UnrecognizedRequestError
from ..answers.answers import respond_with_html_bytes, respond_with_json
from ..answers.cancellation import is_function_cancellable
from ..answers.error_answers import HTML_ERROR_TEMPLATE, return_html_error, return_json_error


def wrap_async_request_handler(h: Callable[..., Any]) -> Callable[..., Deferred[None]]:
    """A method that runs `h` inside `request.processing()`, at once, and returns a Deferred."""

    async def run(self: Any, request: Any) -> None:
        with request.processing():
            await h(self, request)

    @wraps(h)
    def start_now(self: Any, request: Any) -> Deferred[None]:
        return start(run(self, request))

    return start_now


class _AsyncResource(Resource, metaclass=abc.ABCMeta):
    """Calls `_async_render_<METHOD>`, sync or async, `GET` for `HEAD`; or a subclass's `_async_render` for all methods.

    A `(code, response)` that comes back is sent; None says that the method answers by itself.
    """

    def __init__(self, clock: Clock, extract_context: bool = False) -> None:
        super().__init__()
        self._clock = clock
        self._extract_context = extract_context

    def render(self, request: Any) -> int:
        request.render_deferred = self._async_render_wrapper(request)
        return NOT_DONE_YET

    @wrap_async_request_handler
    async def _async_render_wrapper(self, request: Any) -> None:
        try:
            request.request_metrics.name = type(self).__name__
            answer = await self._render_in_time(request)
            if answer is not None:
                self._send_response(request, *answer)
        except Exception:
            self._send_error_response(Failure(), request)

    async def _render_in_time(self, request: Any) -> Any:
        try:
            return await self._async_render(request)
        except LimitExceededError as error:
            if error.pause:
                await self._clock.sleep(error.pause)
            raise

    async def _async_render(self, request: Any) -> tuple[int, Any] | None:
        method = "GET" if request.method == b"HEAD" else request.method.decode("ascii")
        handler = getattr(self, f"_async_render_{method}", None)
        if handler is None:
            raise UnrecognizedRequestError(code=405)
        request.is_render_cancellable = is_function_cancellable(handler)
        return await wait_for(handler(request))

    @abc.abstractmethod
    def _send_response(self, request: Any, code: int, response_object: Any) -> None:
        raise NotImplementedError

    @abc.abstractmethod
    def _send_error_response(self, f: Failure, request: Any) -> None:
        raise NotImplementedError


class DirectServeJsonResource(_AsyncResource):
    """Answers, and fails, in JSON."""

    def __init__(self, canonical_json: bool = False, extract_context: bool = False, clock: Clock | None = None) -> None:
        super().__init__(clock or get_clock(), extract_context)
        self.canonical_json = canonical_json

    def _send_response(self, request: Any, code: int, response_object: Any) -> None:
        respond_with_json(request, code, response_object, send_cors=True, canonical_json=self.canonical_json)

    def _send_error_response(self, f: Failure, request: Any) -> None:
        return_json_error(f, request, None)


class DirectServeHtmlResource(_AsyncResource):
    """Answers, and fails, in HTML; responses are bytes."""

    ERROR_TEMPLATE: Any = HTML_ERROR_TEMPLATE

    def __init__(self, extract_context: bool = False, clock: Clock | None = None) -> None:
        super().__init__(clock or get_clock(), extract_context)

    def _send_response(self, request: Any, code: int, response_object: Any) -> None:
        if not isinstance(response_object, bytes):
            raise TypeError(f"{type(self).__name__} answered with a {type(response_object).__name__} in place of bytes")
        respond_with_html_bytes(request, code, response_object)

    def _send_error_response(self, f: Failure, request: Any) -> None:
        return_html_error(f, request, self.ERROR_TEMPLATE)


async def wait_for(value: Any) -> Any:
    """Whatever a handler returned: plain, a coroutine, a Deferred, a future of asyncio's."""
    return await await_anything(value) if isawaitable(value) else value
