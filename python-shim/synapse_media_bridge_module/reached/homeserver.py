"""`api.homeserver` of TypeScript modules, answered by Synapse's own ModuleApi."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from synapse.module_api import ModuleApi
from twisted.internet.defer import Deferred

from ..shared import releases
from .homeserver_calls import CALLS

logger = logging.getLogger(__name__)

# Synapse answers nothing while its start waits for the modules.
_WAIT_SECONDS = 5.0
_TOO_EARLY = (
    "Synapse cannot be asked before it has started, and it waits for setup(): ask in a callback, or in a task of "
    "api.runAsBackgroundProcess that setup() does not await"
)


class HomeserverCalls:
    """Answers the request `homeserver {call, args}`."""

    def __init__(self, api: ModuleApi) -> None:
        self._api = api
        self._early: list[tuple[Any, Deferred[Any]]] | None = []
        self._asked_at = 0.0

    def answer(self, params: Any) -> Any:
        if self._early is None:
            return self._ask(params)
        answer: Deferred[Any] = Deferred()
        self._early.append((params, answer))
        self._asked_at = time.monotonic()
        return answer

    def begin(self) -> None:
        """The reactor runs: what was asked during the start is answered now."""
        early, self._early = self._early or [], None
        for params, answer in early:
            if not answer.called:
                self._ask(params).chainDeferred(answer)

    def refuse_late(self) -> None:
        """Refuses what was asked so long before that the start, it seems, waits for it."""
        if time.monotonic() < self._asked_at + _WAIT_SECONDS:
            return
        for _, answer in self._early or []:
            if not answer.called:
                answer.callback({"unusable": _TOO_EARLY})

    def _ask(self, params: Any) -> Deferred[Any]:
        answer: Deferred[Any] = Deferred()

        async def run() -> None:
            answer.callback(await self._outcome_of(params["call"], params["args"]))

        releases.run_in_background(self._api, "synapse_media_bridge_module", run)
        return answer

    async def _outcome_of(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        call = CALLS.get(name)
        if call is None:
            return {"unusable": "this call is unknown here"}
        try:
            return {"answer": _to_json(await call(self._api, args))}
        except releases.SynapseError as error:
            return {"refused": {"status": error.code, "body": _to_json(error.error_dict(None))}}
        except Exception as error:
            logger.warning("A call of a TypeScript module failed: %s", name, exc_info=True)
            return {"unusable": f"{type(error).__name__}: {error}"}


def _to_json(value: Any) -> str | None:
    if value is None:
        return None
    # Contents of events are mappings, but not dicts.
    return json.dumps(value, default=lambda other: dict(other) if isinstance(other, Mapping) else list(other))
