"""What differs between releases of Synapse, and what is not part of the ModuleApi: here, and nowhere else."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from collections.abc import Callable
from typing import Any

from synapse import __version__ as SYNAPSE_VERSION
from synapse.api.errors import Codes, SynapseError
from synapse.logging.context import SENTINEL_CONTEXT, current_context, set_current_context
from synapse.module_api import NOT_SPAM, ModuleApi
from twisted.internet.defer import Deferred

__all__ = ["Codes", "NOT_SPAM", "SynapseError", "SYNAPSE_VERSION"]

# The first release with all four callbacks of the media repository.
FIRST_WHOLE = "1.139"

_GROUPS = {
    "get_media_config_for_user": "register_media_repository_callbacks",
    "is_user_allowed_to_upload_media_of_size": "register_media_repository_callbacks",
    "get_media_upload_limits_for_user": "register_media_repository_callbacks",
    "on_media_upload_limit_exceeded": "register_media_repository_callbacks",
    "check_media_file_for_spam": "register_spam_checker_callbacks",
}
# The callbacks of Synapse that TypeScript modules may have.
KINDS = frozenset(_GROUPS)
_USER_ID = re.compile(r"@[^:|]+:[^|]+")


def register(api: ModuleApi, kind: str, callback: Callable[..., Any]) -> bool:
    """Puts a callback at the end of Synapse's chain. False where this release has no such callback."""
    method = getattr(api, _GROUPS[kind], None)
    if method is None or kind not in inspect.signature(method).parameters:
        return False
    method(**{kind: callback})
    return True


def intercept_registrations(api: ModuleApi, wrap: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> ModuleApi:
    """The same ModuleApi, except that media callbacks which a module registers are wrapped before Synapse has them."""

    def wrapped(callbacks: dict[str, Any]) -> dict[str, Any]:
        return {
            kind: wrap(kind, callback) if kind in KINDS and callback is not None else callback
            for kind, callback in callbacks.items()
        }

    def intercept(name: str) -> Callable[..., Any]:
        def register(self: Any, *args: Any, **callbacks: Any) -> Any:
            return getattr(api, name)(*args, **wrapped(callbacks))

        return register

    base = type(api)
    names = [name for name in sorted(set(_GROUPS.values())) if hasattr(base, name)]
    intercepted: Any = type(base.__name__, (base,), {name: intercept(name) for name in names})
    seen: ModuleApi = object.__new__(intercepted)
    # One state for both: what Synapse changes about its ModuleApi holds for this one.
    seen.__dict__ = api.__dict__
    return seen


def load_python_class(name: str, config: Any, path: tuple[str, ...]) -> tuple[Any, Any]:
    """A module's class and its parsed configuration, as Synapse itself loads them. Raises `ConfigError`, and others."""
    loader: Any = importlib.import_module("synapse.util.module_loader")
    loaded: tuple[Any, Any] = loader.load_module({"module": name, "config": config}, path)
    return loaded


def media_facts(api: ModuleApi) -> dict[str, Any]:
    """What Synapse's configuration says of media, by the names of its keys; None where it says nothing."""
    config = api._hs.config
    limits = getattr(config.media, "media_upload_limits", None) or []
    return {
        "server_name": api.server_name,
        "public_baseurl": api.public_baseurl,
        "media_store_path": getattr(config.media, "media_store_path", None),
        "max_upload_size": int(config.media.max_upload_size),
        "media_upload_limits": [
            {
                "max_size": int(limit.max_bytes),
                "time_period": int(limit.time_period_ms),
                **({"info_uri": str(limit.info_uri)} if getattr(limit, "info_uri", None) else {}),
                **({"can_upgrade": True} if getattr(limit, "can_upgrade", False) else {}),
            }
            for limit in limits
        ],
    }


def database_of(api: ModuleApi) -> dict[str, Any]:
    """Synapse's main database, in the form of its `database:`; paths are absolute."""
    databases = api._hs.config.database.databases
    main = next((database for database in databases if "main" in database.databases), databases[0])
    name = main.config["name"]
    args = {key: value for key, value in main.config.get("args", {}).items() if isinstance(value, (str, int, float))}
    if name == "sqlite3":
        return {"name": name, "args": {"database": os.path.abspath(str(args["database"]))}}
    known = ("statement_timeout", "idle_in_transaction_session_timeout", "synchronous_commit")
    return {"name": name, "args": args, **{key: main.config[key] for key in known if key in main.config}}


def handles_media(api: ModuleApi) -> bool:
    """Whether this process is one that stores media: on another worker no callback is ever called."""
    media = getattr(api._hs.config, "media", None)
    return bool(getattr(media, "can_load_media_repo", True))


def make_limit(max_bytes: Any, time_period_ms: Any, info_uri: str | None, can_upgrade: bool) -> Any:
    """A limit of this release; older ones know only its two numbers."""
    try:
        from synapse.module_api import MediaUploadLimit
    except ImportError:
        # Releases before 1.139 call no callback that has limits.
        from synapse.config.repository import MediaUploadLimit
    more: dict[str, Any] = {"info_uri": info_uri, "can_upgrade": can_upgrade}
    known = inspect.signature(MediaUploadLimit).parameters
    members = {name: value for name, value in more.items() if name in known}
    return MediaUploadLimit(max_bytes=max_bytes, time_period_ms=time_period_ms, **members)


def find_code(errcode: str | None) -> Any:
    """The errcode as Synapse has it; `M_FORBIDDEN` for one that it does not know, as for a plain refusal."""
    try:
        return Codes(errcode)
    except ValueError:
        return Codes.FORBIDDEN


def make_error(status: int, message: str, errcode: str, fields: dict[str, Any], headers: dict[str, str]) -> Any:
    """A `SynapseError` that Synapse sends as it is."""
    return SynapseError(status, message, errcode, additional_fields=fields, headers=headers)


def requester() -> str | None:
    """The user who makes the request that Synapse works for, where one is known."""
    request = getattr(current_context(), "request", None)
    user_id = getattr(request, "requester", None)
    return user_id if isinstance(user_id, str) and _USER_ID.fullmatch(user_id) else None


async def wait_outside_context(answer: Deferred[Any]) -> Any:
    """The answer of Node. While it is waited for, the reactor has no logging context, as Synapse demands.

    What Synapse has for this itself makes up a name for its debug log at each call, which costs more than the rest.
    """
    own = set_current_context(SENTINEL_CONTEXT)
    try:
        return await answer
    finally:
        set_current_context(own)


def run_in_background(api: ModuleApi, desc: str, function: Callable[..., Any], *args: Any) -> Any:
    """Runs a function in a logging context of its own; fires with its result, or with None where it raises."""
    if hasattr(api, "run_as_background_process"):
        return api.run_as_background_process(desc, function, *args)
    # Older releases.
    from synapse.module_api import run_as_background_process

    return run_as_background_process(desc, function, *args)


def connection_of(transaction: Any) -> Any:
    """The driver's connection behind a transaction of `run_db_interaction`."""
    return transaction.txn.connection


def reactor_of(api: ModuleApi) -> Any:
    return api._hs.get_reactor()
