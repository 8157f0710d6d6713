"""The private listener of the child: a Unix socket, on which modules' resources answer to the service alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .tree import ResourceTree

logger = logging.getLogger(__name__)


class WebServer:
    """Takes in resources at any time, from any thread; `on_new` gets the module's index and the path of each."""

    def __init__(self, on_new: Callable[[int, str], None], reactor: Any) -> None:
        self._on_new = on_new
        self._reactor = reactor
        self._owners: dict[tuple[bytes, ...], str] = {}
        self._tree: ResourceTree | None = None
        self._lock = threading.Lock()

    def register(self, module_index: int, module_path: str, path: str, resource: Any) -> None:
        """The first module has a path, as in Synapse; a later one is told in the log."""
        from twisted.web.resource import IResource

        from .tree import split_path

        if not isinstance(path, str):
            raise TypeError(f"{module_path}: the path of a web resource is a str, not a {type(path).__name__}")
        if not IResource.providedBy(resource):
            raise TypeError(
                f"{module_path}: a web resource is one of twisted.web.resource, not a {type(resource).__name__}"
            )
        segments = split_path(path)
        with self._lock:
            owner = self._owners.get(segments)
            if owner is None:
                self._get_tree().put(segments, resource)
                self._owners[segments] = module_path
        if owner is None:
            self._on_new(module_index, path)
        else:
            logger.warning("%s registers the web resource %s, which %s has already: it stays", module_path, path, owner)

    def listen(self, socket_path: str, max_body_bytes: int, hs: Any) -> None:
        """Begins to serve. Raises Twisted's `CannotListenError`."""
        with self._lock:
            tree = self._get_tree()
        from .module_site import ModuleSite

        site = ModuleSite(
            owners=self._owners,
            site_tag="modules",
            resource=tree.root,
            server_version_string=hs.version_string,
            max_request_body_size=max_body_bytes,
            reactor=self._reactor,
            hs=hs,
        )
        self._reactor.listenUNIX(socket_path, site, mode=0o600)

    def _get_tree(self) -> ResourceTree:
        # Made when it is first needed: most modules have no resource, and Twisted's web server takes long to import.
        if self._tree is None:
            from .tree import ResourceTree

            self._tree = ResourceTree()
        return self._tree
