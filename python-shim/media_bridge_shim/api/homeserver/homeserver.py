"""The parts of a homeserver that modules reach for by `api._hs`."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from .. import IMITATED_VERSION
from ..absent.unsupported import UnsupportedName, describe
from ..asynchronous.clock import Clock
from ..vocabulary.types import DomainSpecificString
from .http_client import SimpleHttpClient
from .media_repository import MediaRepository


class Section(SimpleNamespace):
    """One section of the configuration; what it lacks raises an `AttributeError` that says so."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedName(describe(f"{self.__dict__.get('_label', 'a section')}.{name}"))


class RootConfig(Section):
    """The whole configuration, of which modules see a few sections: `hs.config`."""


class HomeServer:
    """A façade. What it lacks raises an `AttributeError` that says so."""

    def __init__(self, service: Any, module_api: Any = None) -> None:
        self.hostname: str = service.server_name
        self.config = make_config(service)
        self.version_string = f"Synapse/{IMITATED_VERSION}"
        self._module_api = module_api
        self._service = service
        self._http_client: SimpleHttpClient | None = None

    def get_reactor(self) -> Any:
        return get_reactor()

    def get_clock(self) -> Clock:
        return get_clock()

    def get_module_api(self) -> Any:
        """The API of the module that this façade was made for."""
        return self._module_api

    def get_instance_name(self) -> str:
        """The worker's name; `master` where it has none."""
        return self._service.worker_name or "master"

    def get_simple_http_client(self) -> SimpleHttpClient:
        if self._http_client is None:
            self._http_client = SimpleHttpClient(self)
        return self._http_client

    def get_proxied_http_client(self) -> SimpleHttpClient:
        """Asks straight: proxies are not used here."""
        return self.get_simple_http_client()

    def get_media_repository(self) -> MediaRepository:
        """Stores media that modules make."""
        return MediaRepository(self._service)

    def is_mine(self, domain_specific_string: DomainSpecificString) -> bool:
        return domain_specific_string.domain == self.hostname

    def is_mine_id(self, string: str) -> bool:
        return string.partition(":")[2] == self.hostname

    def is_mine_server_name(self, server_name: str) -> bool:
        return server_name == self.hostname

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedName(describe(f"HomeServer.{name}"))


def make_config(service: Any) -> RootConfig:
    media = Section(
        _label="hs.config.media",
        can_load_media_repo=True,
        enable_authenticated_media=service.enable_authenticated_media,
        max_upload_size=service.max_upload_size,
        media_store_path=service.media_store_path,
    )
    server = Section(_label="hs.config.server", public_baseurl=service.public_baseurl, server_name=service.server_name)
    worker = Section(
        _label="hs.config.worker",
        run_background_tasks=service.run_background_tasks,
        worker_app=service.worker_app,
        worker_name=service.worker_name,
    )
    return RootConfig(_label="hs.config", media=media, server=server, worker=worker)


def get_reactor() -> Any:
    """The installed reactor. Imported late: importing it installs one."""
    from twisted.internet import reactor

    return reactor


@lru_cache(maxsize=1)
def get_clock() -> Clock:
    """The clock of the process."""
    return Clock(get_reactor())
