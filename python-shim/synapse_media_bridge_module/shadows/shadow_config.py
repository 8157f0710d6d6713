"""The configuration of the shadows, in the form of the service's, for Node and for `media-bridge parity`."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import tempfile
from typing import Any

import yaml  # type: ignore[import-untyped]
from synapse.module_api import ModuleApi

from ..shared import releases
from ..shared.errors import StartFailed
from ..shared.releases import KINDS
from ..shared.settings import Settings

_HEAD = (
    "# Written by synapse_media_bridge_module from Synapse's configuration at each start.\n"
    "# It holds the database's password and the configuration of modules.\n"
    "# Read it with: media-bridge parity --config THIS_FILE\n"
)
_PACKAGES = frozenset(("site-packages", "dist-packages"))


def write_shadow_config(settings: Settings, api: ModuleApi) -> str:
    """Writes `shadows.yaml` in the data path, for this user alone, and returns its path. Raises `StartFailed`."""
    folder = settings.data_path or ""
    try:
        text = yaml.safe_dump(_document(settings, api), sort_keys=False)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, "shadows.yaml")
        _replace(path, _HEAD + text)
    except OSError as error:
        raise StartFailed(f"data_path: {folder} cannot be written: {error.strerror or error}") from error
    except yaml.YAMLError as error:
        # The value itself may be a secret.
        raise StartFailed("modules: a configuration holds a value that YAML cannot say") from error
    return path


def _replace(path: str, text: str) -> None:
    """Puts a file in its place at once: each process of a Synapse with workers writes the same."""
    folder = os.path.dirname(path)
    file = tempfile.NamedTemporaryFile("w", dir=folder, prefix="shadows.", delete=False, encoding="utf-8")
    try:
        with file:
            file.write(text)
        os.replace(file.name, path)
    except BaseException:
        # It holds a password.
        os.unlink(file.name)
        raise


def _document(settings: Settings, api: ModuleApi) -> dict[str, Any]:
    facts = releases.media_facts(api)
    url = facts.get("public_baseurl") or f"https://{facts['server_name']}/"
    deadlines = {kind: {"deadline": settings.deadline_of(kind)} for kind in sorted(KINDS)}
    return {
        **{name: value for name, value in facts.items() if value is not None},
        "media_bridge": {
            "data_path": settings.data_path,
            # No request is sent there: shadows ask this Synapse.
            "homeserver": {"url": url, "database": releases.database_of(api)},
            "python": {"executable": settings.python or sys.executable, "path": _search_path(settings.python)},
            "callbacks": deadlines,
            "modules": [entry.to_config() for entry in settings.entries],
        },
    }


def _search_path(python: str | None) -> list[str]:
    """Where this process finds modules, and the interpreter of the shadows by itself does not."""
    own = {os.path.realpath(path) for path in sysconfig.get_paths().values()}
    own.add(os.path.realpath(os.path.join(sysconfig.get_path("stdlib"), "lib-dynload")))
    found = [os.path.abspath(path) for path in sys.path]
    if python not in (None, sys.executable):
        found = [path for path in found if not _has_packages(path)]
    return [path for path in dict.fromkeys(found) if os.path.isdir(path) and os.path.realpath(path) not in own]


def _has_packages(path: str) -> bool:
    """Whether a folder has packages of this interpreter: they may be built for it alone."""
    prefixes = {sys.prefix, sys.base_prefix, site.getuserbase()}
    return not _PACKAGES.isdisjoint(path.split(os.sep)) and any(
        path.startswith(os.path.join(prefix, "")) for prefix in prefixes
    )
