"""What a module's `ModuleApi` needs to know about the service it runs in: one object, set once by `initialize`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from twisted.internet.defer import Deferred


class Registrations(Protocol):
    """Where modules register their callbacks (`registry.Registry`)."""

    def register(self, module_index: int, group: str, callbacks: Mapping[str, Any]) -> None: ...


class WebResources(Protocol):
    """Where modules register their web resources (`web.server.WebServer`)."""

    def register(self, module_index: int, module_path: str, path: str, resource: Any) -> None: ...


@dataclass(frozen=True)
class Service:
    """The service context. `max_upload_size` is in bytes, `media_store_path` absolute, `public_baseurl` may be None."""

    server_name: str
    public_baseurl: str | None
    media_store_path: str
    max_upload_size: int
    enable_authenticated_media: bool
    worker_name: str | None
    worker_app: str | None
    run_background_tasks: bool
    dry_run: bool
    """True for `check` and `call`: looping, delayed and background calls and outgoing HTTP of modules do not start."""
    registry: Registrations
    reactor: Any
    call_host: Callable[[str, Any], Deferred[Any]]
    """Asks the host: `call_host(method, params)`; fails with `errors.HostError` where the host refuses."""
    web: WebResources
    database: Mapping[str, Any] | None = field(default=None, repr=False)
    """`{name, args, …}` as in Synapse's `database:`, with `own` for the service's own one. Holds a password."""
    may_get: bool = False
    """Whether a module may send `GET` in a dry run nevertheless: for `call`, whose answers may depend on it."""
    max_transaction_ms: int | None = None
    """After this long a transaction of a dry run is rolled back, whatever it does; None: as long as it takes."""


_current: Service | None = None


def current() -> Service:
    """The service context; `RuntimeError` before `initialize`."""
    if _current is None:
        raise RuntimeError("The service context is not there yet: it exists from the moment modules are imported")
    return _current


def set_current(service: Service) -> None:
    global _current
    _current = service
