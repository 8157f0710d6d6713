"""The fixture's object."""

from __future__ import annotations

import copy
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .choice import is_installed
from .clock import TestClock
from .driver import Driver
from .loaded_module import LoadedModule
from .running_service import RunningService

USERS = ("@alice:example.test", "@bob:example.test")
REGISTER = ("register_media_repository_callbacks", "register_spam_checker_callbacks")


class MediaBridge:
    """What one test has: a clock, answers of the homeserver, modules and services."""

    def __init__(self, driver: Driver, folder: Path, test_folder: Path) -> None:
        self.clock = TestClock(driver.reactor, driver.turn)
        self._driver = driver
        self._folder = folder
        self._test_folder = test_folder
        self._answers: dict[str, Callable[..., Any]] = {}
        self._host: Any = None
        self._closers: list[Callable[[], None]] = []
        driver.go_by(self.clock.time)

    def load(self, module: str | type, config: Mapping[str, Any] | None = None) -> LoadedModule:
        """Loads a module by Synapse's rules: `parse_config` where there is one, then `__init__(config, api)`.

        `module` is its class, or `package.Class`, looked for beside the test as well. Raises what the module raises.
        """
        given = copy.deepcopy(dict(config or {}))
        cls = self._import(module) if isinstance(module, str) else module
        parse = getattr(cls, "parse_config", None)
        host = self._get_host()
        api = host.make_api(f"{cls.__module__}.{cls.__qualname__}")
        loaded = LoadedModule(self._driver, self._folder, host.start, api)
        for name in REGISTER:
            setattr(api, name, _record(getattr(type(api), name).__get__(api), loaded.callbacks))
        for name, answer in self._answers.items():
            setattr(api, name, answer)
        loaded.instance = cls(given if parse is None else parse(given), api)
        self._driver.turn()
        return loaded

    def answer(self, member: str, answer: Any) -> None:
        """What a member of `ModuleApi` that asks the homeserver answers modules that are loaded from now on.

        `answer` is a value, an exception to be raised, or a function of the member's arguments.
        """

        async def reply(*args: Any, **kwargs: Any) -> Any:
            value = answer(*args, **kwargs) if callable(answer) and not isinstance(answer, type) else answer
            if isinstance(value, BaseException):
                raise value
            return value

        self._answers[member] = reply

    def start_service(self, *modules: Mapping[str, Any], users: Sequence[str] = USERS) -> RunningService:
        """A whole service on a free port, with entries of `modules:` in either language; it stops when the test ends.

        Python modules are looked for beside the test. They run with the names of the service, whichever `synapse` the
        tests import.
        """
        folder = self._folder / f"service-{len(self._closers)}"
        service = RunningService(folder, modules, self._test_folder, users)
        self._closers.append(service.close)
        return service

    def close(self) -> None:
        for close in reversed(self._closers):
            close()
        if self._host is not None:
            self._host.close()

    def _get_host(self) -> Any:
        if self._host is None:
            if is_installed():
                from .synapse_host import get_synapse_host

                self._host = get_synapse_host(self._driver.reactor)
            else:
                from .shim_host import ShimHost

                self._host = ShimHost(self._driver.reactor, self._folder)
        return self._host

    def _import(self, path: str) -> Any:
        package, _, name = path.rpartition(".")
        folder = str(self._test_folder)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        return getattr(importlib.import_module(package), name)


def _record(register: Callable[..., None], callbacks: dict[str, list[Callable[..., Any]]]) -> Callable[..., None]:
    def recording(*args: Any, **given: Any) -> None:
        # It refuses what is not a callback.
        register(*args, **given)
        for name, callback in given.items():
            if callback is not None:
                callbacks.setdefault(name, []).append(callback)

    return recording
