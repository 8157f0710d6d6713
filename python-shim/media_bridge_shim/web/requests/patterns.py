"""Patterns of paths below `/_matrix/client`, and the answer to an authentication that is not complete."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from typing import Any

from ...api.vocabulary.errors import InteractiveAuthIncompleteError
from ...api.vocabulary.json_types import JsonDict, StrCollection

CLIENT_API_PREFIX = "/_matrix/client"


def client_patterns(
    path_regex: str, releases: StrCollection = ("r0", "v3"), unstable: bool = True, v1: bool = False
) -> Iterable[re.Pattern[str]]:
    """One pattern for a path in several versions of the client-server API."""
    versions = [*(["api/v1"] if v1 else []), *releases, *(["unstable"] if unstable else [])]
    if not versions:
        raise RuntimeError("Must have at least one version for a URL")
    alternatives = versions[0] if len(versions) == 1 else f"({'|'.join(versions)})"
    return [re.compile(f"^{CLIENT_API_PREFIX}/{alternatives}{path_regex}")]


def set_timeline_upper_limit(filter_json: JsonDict, filter_timeline_limit: int) -> None:
    """Bounds the number of events that a filter asks for; a negative limit bounds nothing."""
    timeline = filter_json.get("room", {}).get("timeline", {})
    if filter_timeline_limit >= 0 and "limit" in timeline:
        timeline["limit"] = min(timeline["limit"], filter_timeline_limit)


def interactive_auth_handler(orig: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A handler that answers 401 with the stages that are left."""

    @wraps(orig)
    async def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return await orig(*args, **kwargs)
        except InteractiveAuthIncompleteError as incomplete:
            return 401, incomplete.result

    return run
