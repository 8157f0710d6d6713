"""`ModuleApi`: what a module is handed, by what answers it: this process, the homeserver, a database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from ..callbacks.callback_names import UNSUPPORTED_METHODS, UNSUPPORTED_VALUES
from ..context.running import copy_origin, current_module
from ..database.access import Store, get_pool
from .absent.unsupported import UnsupportedByMediaService, UnsupportedName, describe, describe_refused
from .asynchronous.background import start_process
from .asynchronous.threads import defer_to_thread, defer_to_threadpool
from .caches.caches import CachedDescriptor, CachedFunction
from .calls.account_data import AccountDataManager
from .calls.homeserver_calls import HomeserverCalls
from .calls.room_calls import RoomCalls
from .calls.room_list import PublicRoomListManager
from .calls.user_calls import UserCalls
from .homeserver.homeserver import HomeServer
from .homeserver.http_client import SimpleHttpClient
from .registration import make_register_methods
from .vocabulary.push_rules import check_actions
from .vocabulary.types import UserID

if TYPE_CHECKING:
    from ..context.service import Service


class ModuleApi(UserCalls, RoomCalls):
    """One for each module: `module_index` and `module_path` say whose registrations and failures these are."""

    def __init__(self, service: Service, module_index: int, module_path: str) -> None:
        self._service = service
        self._module_index = module_index
        self._module_path = module_path
        self._logger = logging.getLogger(module_path.rpartition(".")[0] or module_path)
        self._hs = HomeServer(service, self)
        self._clock = self._hs.get_clock()
        self._server_name = service.server_name
        self._calls = HomeserverCalls(service, module_path)
        self._account_data_manager = AccountDataManager(self)
        self._public_room_list_manager = PublicRoomListManager(self)
        self._store = Store(service)
        self.custom_template_dir: str | None = None

    @property
    def server_name(self) -> str:
        """The name behind the colon of our users."""
        return self._service.server_name

    @property
    def public_baseurl(self) -> str | None:
        """Where clients reach the homeserver, with a slash at the end; None where that is not configured."""
        return self._service.public_baseurl

    @property
    def worker_name(self) -> str | None:
        """This service is a worker to its modules, so the homeserver's own process may be told from it."""
        return self._service.worker_name

    @property
    def worker_app(self) -> str | None:
        return self._service.worker_app

    @property
    def http_client(self) -> SimpleHttpClient:
        """Asks other servers; without lists of forbidden addresses, as in Synapse."""
        return self._hs.get_simple_http_client()

    @property
    def account_data_manager(self) -> AccountDataManager:
        """Reads and writes account data of local users."""
        return self._account_data_manager

    @property
    def public_room_list_manager(self) -> PublicRoomListManager:
        """Says which rooms are listed, and changes it."""
        return self._public_room_list_manager

    def get_current_time_msec(self) -> int:
        """Milliseconds of the epoch."""
        return self._clock.time_msec()

    def get_qualified_user_id(self, username: str) -> str:
        """The full id for a localpart; a full id stays as it is."""
        return username if username.startswith("@") else UserID(username, self._server_name).to_string()

    def should_run_background_tasks(self) -> bool:
        """Whether this instance does the work that is to be done once in a deployment."""
        return self._service.run_background_tasks

    def run_as_background_process(
        self, desc: str, func: Callable[..., Any], *args: Any, bg_start_span: bool = True, **kwargs: Any
    ) -> Deferred[Any]:
        """Starts at once. The Deferred fires with the result, or with None after a failure, which is in the log."""
        return self._start(desc, partial(func, *args, **kwargs))

    def looping_background_call(
        self,
        f: Callable[..., Any],
        msec: float,
        *args: object,
        desc: str | None = None,
        run_on_all_instances: bool = False,
        **kwargs: object,
    ) -> None:
        """Calls every `msec`, first after that time, never twice at once.

        Only where background tasks run, or on all instances.
        """
        name = desc or name_function(f)
        if not run_on_all_instances and not self.should_run_background_tasks():
            self._logger.info(
                "%s: the loop %s is left to the instance that runs background tasks", self._module_path, name
            )
            return
        self._clock.looping_call(self._start, msec, name, partial(f, *args, **kwargs))

    def delayed_background_call(
        self, msec: float, f: Callable[..., Any], *args: object, desc: str | None = None, **kwargs: object
    ) -> Any:
        """Calls once, after `msec`. Returns a delayed call, which can be cancelled."""
        name = desc or name_function(f)
        return self._clock.call_later(msec / 1000, self._start, name, partial(f, *args, **kwargs))

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    async def defer_to_thread(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Runs a blocking function in the reactor's pool of threads."""
        return await defer_to_thread(self._hs.get_reactor(), f, *args, **kwargs)

    async def defer_to_threadpool(self, threadpool: Any, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Runs a blocking function in the module's own pool of threads."""
        return await defer_to_threadpool(self._hs.get_reactor(), threadpool, f, *args, **kwargs)

    def run_db_interaction(self, desc: str, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        """Runs `func(txn, *args, **kwargs)` in a thread and commits. It may run up to 5 times (docs/database.md)."""
        context = copy_origin()
        context.run(current_module.set, self._module_path)
        return context.run(get_pool(self._service).interact, desc, func, args, kwargs)

    def register_cached_function(self, cached_func: CachedFunction | CachedDescriptor) -> None:
        """Announces a cache that other workers may invalidate. There are none here."""

    async def invalidate_cache(self, cached_func: CachedFunction | CachedDescriptor, keys: tuple[Any, ...]) -> None:
        """Forgets what `cached_func` answered for these arguments."""
        cached_func.invalidate(keys)

    def read_templates(self, filenames: list[str], custom_template_directory: str | None = None) -> list[Any]:
        """Jinja templates from `custom_template_directory`. `ConfigError` where something is missing."""
        from .helpers.templates import read_templates

        folder = custom_template_directory or self.custom_template_dir
        return read_templates(filenames, folder, self.public_baseurl, self.server_name)

    def check_push_rule_actions(self, actions: list[str | dict[str, str]]) -> None:
        """`InvalidRuleException` where these are not actions of a push rule."""
        check_actions(actions)

    def register_web_resource(self, path: str, resource: Any) -> None:
        """Serves a Twisted resource at `path` and below; the module that comes first has it."""
        self._service.web.register(self._module_index, self._module_path, path, resource)

    async def get_user_by_req(self, req: Any, allow_guest: bool = False, allow_expired: bool = False) -> Any:
        """The `Requester` by the access token of a request; raises `InvalidClientCredentialsError` or `AuthError`."""
        from ..web.requests.requester import get_user_by_req

        return await get_user_by_req(self._service.call_host, req, allow_guest)

    def _start(self, desc: str, function: Callable[[], Any]) -> Deferred[Any]:
        return start_process(desc, self._logger, self._module_path, function)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedName(describe(f"ModuleApi.{name}"))


def name_function(function: Any) -> str:
    return getattr(function, "__name__", None) or type(function).__name__


def make_refusing_method(name: str) -> Callable[..., Any]:
    def refuse(self: ModuleApi, *args: object, **kwargs: object) -> Any:
        raise UnsupportedByMediaService(f"{self._module_path}: {describe_refused(f'ModuleApi.{name}()')}")

    refuse.__name__ = name
    refuse.__qualname__ = f"ModuleApi.{name}"
    return refuse


def make_missing_value(name: str) -> property:
    def refuse(self: ModuleApi) -> Any:
        raise UnsupportedName(describe(f"ModuleApi.{name}"))

    return property(refuse)


for _name, _method in make_register_methods().items():
    setattr(ModuleApi, _name, _method)
for _name in UNSUPPORTED_METHODS:
    setattr(ModuleApi, _name, make_refusing_method(_name))
for _name in UNSUPPORTED_VALUES:
    setattr(ModuleApi, _name, make_missing_value(_name))
