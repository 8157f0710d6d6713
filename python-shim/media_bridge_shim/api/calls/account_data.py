"""`ModuleApi.account_data_manager`: global account data of local users."""

from __future__ import annotations

from typing import Any

from ..helpers.frozenutils import freeze
from ..vocabulary.json_types import JsonDict, JsonMapping
from ..vocabulary.types import UserID
from .homeserver_calls import CallingPart, HomeserverNotConfigured, RefusedByHomeserver, to_object_text

_METHOD = "ModuleApi.account_data_manager"


class AccountDataManager:
    """Reads and writes as the user. `ValueError` for users of other servers."""

    def __init__(self, api: CallingPart) -> None:
        self._api = api

    async def get_global(self, user_id: str, data_type: str) -> JsonMapping | None:
        """Account data of one type, immutable; None where there is none."""
        self._check_user(user_id)
        method = f"{_METHOD}.get_global()"
        try:
            data = await self._api._calls.act(method, "get_account_data", user_id=user_id, type=data_type)
        except RefusedByHomeserver as refusal:
            if await self._is_missing(refusal, user_id, method):
                return None
            raise
        return None if data is None else freeze(data)

    async def put_global(self, user_id: str, data_type: str, new_data: JsonDict) -> None:
        """Replaces account data of one type. `ValueError` where the user does not exist."""
        self._check_user(user_id)
        if not isinstance(data_type, str):
            raise TypeError(f"data_type is a {type(data_type).__name__}, not a str")
        if not isinstance(new_data, dict):
            raise TypeError(f"new_data is a {type(new_data).__name__}, not a dict")
        method = f"{_METHOD}.put_global()"
        args: dict[str, Any] = {"user_id": user_id, "type": data_type, "content": to_object_text(new_data)}
        try:
            await self._api._calls.act(method, "put_account_data", **args)
        except RefusedByHomeserver as refusal:
            if await self._is_missing(refusal, user_id, method):
                raise ValueError(f"There is no user {user_id} on this server") from refusal
            raise

    def _check_user(self, user_id: str) -> None:
        if not self._api.is_mine(UserID.from_string(user_id)):
            raise ValueError(f"{user_id} is a user of another server, whose account data is not here")

    async def _is_missing(self, refusal: RefusedByHomeserver, user_id: str, method: str) -> bool:
        """Whether it refused because the user does not exist. It says 403, as for one outside of the namespace."""
        if refusal.code != 403:
            return False
        try:
            return await self._api._calls.read(method, "get_user", user_id=user_id) is None
        except HomeserverNotConfigured:
            return False
