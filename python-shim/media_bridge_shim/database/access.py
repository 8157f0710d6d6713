"""The one pool of the process, made when a module first needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.absent.unsupported import UnsupportedByMediaService, UnsupportedName, describe

if TYPE_CHECKING:
    from ..context.service import Service
    from .pool import DatabasePool

_pools: dict[int, DatabasePool] = {}


def get_pool(service: Service) -> DatabasePool:
    """The pool of the configured database; `UnsupportedByMediaService` where the service names none."""
    pool = _pools.get(id(service))
    if pool is None:
        if service.database is None:
            raise UnsupportedByMediaService("This service was started without a database for modules")
        from .pool import DatabasePool

        pool = DatabasePool(
            service.reactor,
            service.database,
            service.server_name,
            is_trial=service.dry_run,
            max_transaction_ms=service.max_transaction_ms,
        )
        _pools[id(service)] = pool
    return pool


def forget_pool(service: Service) -> None:
    """Closes the pool of a service that is over."""
    pool = _pools.pop(id(service), None)
    if pool is not None:
        pool.close()


class Store:
    """`api._store`, which is here for its `db_pool` alone."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def db_pool(self) -> DatabasePool:
        return get_pool(self._service)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedName(describe(f"ModuleApi._store.{name}"))
