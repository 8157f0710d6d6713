"""The modules of the configuration: imported and parsed all together, then constructed one by one as the host says."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from ..answers.errors import ProtocolError, WireError, make_load_error, make_plain_error
from ..callbacks.registry import Registry
from ..context import service
from ..context.running import current_module
from ..database.engines.driver_check import find_driver_problem
from ..logs.log import set_log_level
from ..process.fd_health import find_problem
from ..process.memory import limit_memory
from ..web.server import WebServer
from .legacy import LegacySpamChecker
from .loaded_provider import LoadedProvider
from .loader import LoadedModule
from .shapes import shape_of
from .sources import source_of
from .unregistered import find_unregistered

PROTOCOL_VERSION = 1
# After the compat packages and the shim, which stay first.
SYS_PATH_AT = 2


class LoadFailure(Exception):
    """A module that cannot be loaded; `wire` is the error for the host."""

    def __init__(self, wire: WireError) -> None:
        super().__init__(wire["message"])
        self.wire = wire


class Modules:
    """`notify` sends `registered` to the host, `call_soon` brings a call from any thread to the loop."""

    def __init__(
        self,
        reactor: Any,
        call_host: Callable[..., Any],
        notify: Callable[[str, Any], None],
        call_soon: Callable[..., Any],
    ) -> None:
        self._reactor = reactor
        self._call_host = call_host
        self._notify = notify
        self._call_soon = call_soon
        self._main_thread = threading.get_ident()
        self._modules: dict[int, LoadedModule] = {}
        self._registry: Registry | None = None
        self._web: WebServer

    def initialize(self, params: dict[str, Any]) -> dict[str, Any]:
        """Sets the service context, imports every module and storage provider, then parses every configuration."""
        if self._registry is not None:
            raise ProtocolError("initialize came twice")
        if params["protocol"] != PROTOCOL_VERSION:
            raise ProtocolError(f"protocol {params['protocol']} is not spoken here")
        set_log_level(params["log_level"])
        max_data_bytes = params.get("max_data_bytes")
        if max_data_bytes is not None:
            limit_memory(max_data_bytes)
        sys.path[SYS_PATH_AT:SYS_PATH_AT] = params["sys_path"]
        problem = find_driver_problem(params["service"].get("database"))
        if problem is not None:
            raise LoadFailure(make_plain_error("environment", "ImportError", problem))
        modules = [_to_load(entry) for entry in params["modules"]]
        for entry in params["storage_providers"]:
            modules.append(LoadedProvider(entry["index"], entry["module"], entry["config"]))
        self._registry = Registry({module.index: module.path for module in modules}, self._on_late)
        self._web = WebServer(self._registry.add_resource, self._reactor)
        service.set_current(
            service.Service(
                **params["service"],
                dry_run=params["dry_run"],
                may_get=params.get("may_get", False),
                max_transaction_ms=params.get("max_transaction_ms"),
                registry=self._registry,
                reactor=self._reactor,
                call_host=self._call_host,
                web=self._web,
            )
        )
        self._load_all(modules)
        self._modules = {module.index: module for module in modules}
        return {"modules": [{"index": module.index, "file": module.file()} for module in modules]}

    def construct(self, params: dict[str, Any]) -> dict[str, Any]:
        module = self._modules.get(params["index"])
        if module is None or module.instance is not None:
            raise ProtocolError(f"module {params['index']} cannot be constructed (again)")
        self._attempt(module, "construct", lambda: module.construct(_make_api(module)))
        news = self.registry.take_news(module.index, constructed=True)
        # A storage provider registers callbacks or none.
        if isinstance(module, LoadedProvider):
            return news.to_wire()
        return {
            **news.to_wire(),
            "unregistered": find_unregistered(module.instance, self.registry.names_of(module.index)),
        }

    def describe(self, params: dict[str, Any]) -> dict[str, Any]:
        """What the beginning of a TypeScript module is written from; for a module that is constructed."""
        module = self._modules.get(params["index"])
        if module is None or module.instance is None:
            raise ProtocolError(f"module {params['index']} is not constructed")
        entries = [entry for entry in self.registry.entries if entry.module == module.index]
        return {
            "config": shape_of(module.config),
            "parsed": shape_of(module.parsed),
            "parse_config": None if module.parser is None else source_of(module.parser),
            "callbacks": [
                {"kind": entry.kind.name, "nth": entry.nth, "name": entry.name, "source": source_of(entry.callback)}
                for entry in entries
            ],
        }

    def find_provider(self, index: int) -> LoadedModule:
        """A storage provider that was constructed."""
        provider = self._modules.get(index)
        if not isinstance(provider, LoadedProvider) or provider.instance is None:
            raise ProtocolError(f"there is no storage provider {index}")
        return provider

    def serve_web(self, params: dict[str, Any]) -> None:
        """Opens the private listener of modules' web resources."""
        self._web.listen(params["path"], params["max_body_bytes"], make_homeserver(service.current()))

    @property
    def registry(self) -> Registry:
        if self._registry is None:
            raise ProtocolError("initialize has to come first")
        return self._registry

    def _load_all(self, modules: list[LoadedModule]) -> None:
        """Also those after one that cannot be loaded: the operator learns of all at once, and which would load."""
        failures: dict[int, WireError] = {}
        for phase in ("import", "parse_config"):
            for module in modules:
                if module.index in failures:
                    continue
                try:
                    self._attempt(module, phase, module.import_class if phase == "import" else module.parse_config)
                except LoadFailure as failure:
                    failures[module.index] = failure.wire
        if failures:
            first, *others = failures.values()
            raise LoadFailure({**first, "also": [{**other, "traceback": ""} for other in others]})

    def _attempt(self, module: LoadedModule, phase: str, action: Callable[[], None]) -> None:
        context = copy_context()
        context.run(current_module.set, module.path)
        try:
            context.run(action)
            problem = find_problem()
            if problem is not None:
                raise RuntimeError(problem)
        except BaseException as error:
            raise LoadFailure(make_load_error(error, module.index, phase, module.config)) from error

    def _on_late(self, index: int) -> None:
        if threading.get_ident() == self._main_thread:
            self._tell_late(index)
        else:
            self._call_soon(self._tell_late, index)

    def _tell_late(self, index: int) -> None:
        news = self.registry.take_news(index)
        if news.entries or news.unfired or news.resources:
            self._notify("registered", {"module": index, **news.to_wire()})


def _to_load(entry: dict[str, Any]) -> LoadedModule:
    kind = LegacySpamChecker if entry.get("legacy") == "spam_checker" else LoadedModule
    return kind(entry["index"], entry["module"], entry["config"])


def _make_api(module: LoadedModule) -> Any:
    from ..api.module_api import ModuleApi

    return ModuleApi(service.current(), module.index, module.path)


def make_homeserver(current: service.Service) -> Any:
    from ..api.homeserver.homeserver import HomeServer

    return HomeServer(current)
