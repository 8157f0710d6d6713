"""A module under test, and calls of its callbacks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .driver import Driver

MEDIA_ID = "AAAAAAAAAAAAAAAAAAAAAAAA"
NOTIFICATIONS = frozenset(("on_media_upload_limit_exceeded", "on_media_uploaded", "on_media_deleted"))


def _stops_unless_none(answer: Any) -> bool:
    return answer is not None


def _stops_unless_allowed(answer: Any) -> bool:
    return not answer


def _stops_unless_clean(answer: Any) -> bool:
    from synapse.module_api import NOT_SPAM

    return answer is not NOT_SPAM and answer is not False


# By callback: whether an answer ends the walk.
STOPS: Mapping[str, Callable[[Any], bool]] = {
    "get_media_config_for_user": _stops_unless_none,
    "is_user_allowed_to_upload_media_of_size": _stops_unless_allowed,
    "get_media_upload_limits_for_user": _stops_unless_none,
    "check_media_file_for_spam": _stops_unless_clean,
}


class LoadedModule:
    """`instance` is the module's object, `api` its `ModuleApi`, `callbacks` what it registered, by name."""

    def __init__(self, driver: Driver, folder: Path, start: Callable[[Any, str | None], Any], api: Any) -> None:
        self.instance: Any = None
        self.api = api
        self.callbacks: dict[str, list[Callable[..., Any]]] = {}
        self._driver = driver
        self._folder = folder
        self._start = start

    def call(self, name: str, /, *args: Any, requester: str | None = None) -> Any:
        """Calls what the module registered under this name as the service would, and answers the last answer.

        One callback after the other, until an answer stops the walk; a notification reaches every callback. Raises what
        a callback raises, and LookupError where nothing is registered. `check_media_file_for_spam` takes the file's
        bytes and, if you like, a `FileInfo`. `requester` is the user ID that callbacks find in
        `current_context().request.requester`.
        """
        return self.start(name, *args, requester=requester).result()

    def start(self, name: str, /, *args: Any, requester: str | None = None) -> Pending:
        """As `call`, without waiting for the answer: for callbacks that wait for the clock."""
        if name not in self.callbacks:
            raise LookupError(
                f"the module registered no {name}; it registered {', '.join(self.callbacks) or 'nothing'}"
            )
        if name == "check_media_file_for_spam":
            args = self._make_file(*args)
        deferred = self._start(self._walk(name, args), requester)
        self._driver.turn()
        return Pending(self._driver, deferred)

    def call_api(self, member: str, /, *args: Any, **kwargs: Any) -> Any:
        """Calls a member of the module's `ModuleApi`, and answers what it answers: to look into the database, say."""
        return self._driver.wait(self._start(self._ask(member, args, kwargs), None))

    async def _ask(self, member: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        answer = getattr(self.api, member)(*args, **kwargs)
        return await answer if inspect.isawaitable(answer) else answer

    async def _walk(self, name: str, args: tuple[Any, ...]) -> Any:
        answer, failure = None, None
        for callback in self.callbacks[name]:
            try:
                answer = callback(*_fit(name, callback, args))
                if inspect.isawaitable(answer):
                    answer = await answer
            except Exception as error:
                if name not in NOTIFICATIONS:
                    raise
                failure = failure or error
            else:
                if name in STOPS and STOPS[name](answer):
                    break
        if failure is not None:
            raise failure
        return answer

    def _make_file(self, content: bytes | str, info: Any = None) -> tuple[Any, Any]:
        from synapse.media._base import FileInfo
        from synapse.media.media_storage import ReadableFileWrapper
        from synapse.util.clock import Clock

        path = self._folder / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        clock = Clock(self._driver.reactor, "example.test")
        return ReadableFileWrapper(clock, str(path)), info or FileInfo(server_name=None, file_id=MEDIA_ID)


class Pending:
    """A call under way."""

    def __init__(self, driver: Driver, deferred: Any) -> None:
        self._driver = driver
        self._deferred = deferred

    @property
    def is_done(self) -> bool:
        return bool(self._deferred.called)

    def result(self) -> Any:
        """Waits for the answer. Raises what the callback raised."""
        return self._driver.wait(self._deferred)


def _fit(name: str, callback: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Limits are asked for with the size only where the callback requires it."""
    if name != "get_media_upload_limits_for_user" or len(args) < 2:
        return args
    required = [
        parameter
        for parameter in inspect.signature(callback).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return args if len(required) > 1 else args[:1]
