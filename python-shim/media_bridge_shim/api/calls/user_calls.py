"""The methods of `ModuleApi` that ask the homeserver about users."""

from __future__ import annotations

import logging
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred

from ..vocabulary.errors import HttpResponseException, InvalidClientTokenError
from ..vocabulary.json_types import Absent, AbsentType
from ..vocabulary.types import ProfileInfo, UserID, UserInfo, UserIpAndAgent
from .homeserver_calls import CallingPart

logger = logging.getLogger(__name__)


class UserCalls(CallingPart):
    """A part of `ModuleApi`."""

    async def get_userinfo_by_id(self, user_id: str) -> UserInfo | None:
        """A local account; None where it does not exist."""
        user = await self._get_user("get_userinfo_by_id", user_id)
        if user is None:
            return None
        return UserInfo(
            user_id=UserID.from_string(user["name"]),
            appservice_id=user.get("appservice_id"),
            consent_server_notice_sent=user.get("consent_server_notice_sent"),
            consent_version=user.get("consent_version"),
            consent_ts=user.get("consent_ts"),
            user_type=user.get("user_type"),
            creation_ts=user["creation_ts"],
            is_admin=bool(user["admin"]),
            is_deactivated=bool(user["deactivated"]),
            is_guest=bool(user.get("is_guest", False)),
            is_shadow_banned=bool(user["shadow_banned"]),
            # Only told where accounts wait for an approval.
            approved=bool(user.get("approved", True)),
            locked=bool(user.get("locked", False)),
            suspended=bool(user.get("suspended", False)),
        )

    async def is_user_admin(self, user_id: str) -> bool:
        """Whether a local user administers the homeserver."""
        user = await self._get_user("is_user_admin", user_id)
        return user is not None and bool(user["admin"])

    async def get_profile_for_user(self, localpart: str) -> ProfileInfo:
        """Name and avatar of a local user; both None where the user does not exist."""
        user_id = UserID.from_string(f"@{localpart}:{self._server_name}").to_string()
        user = await self._get_user("get_profile_for_user", user_id) or {}
        return ProfileInfo(avatar_url=user.get("avatar_url"), display_name=user.get("displayname"))

    async def get_threepids_for_user(self, user_id: str) -> list[dict[str, Any]]:
        """E-mail addresses and phone numbers: `medium`, `address`, `validated_at`, `added_at`."""
        user = await self._get_user("get_threepids_for_user", user_id)
        return [] if user is None else user["threepids"]

    def check_user_exists(self, user_id: str) -> Deferred[str | None]:
        """The id as it is registered, also where it differs in case; None where none fits, or several."""
        return ensureDeferred(self._find_user(user_id))

    async def check_username(self, username: str) -> None:
        """`SynapseError` where a new user may not be called so: `M_USER_IN_USE`, `M_INVALID_USERNAME`."""
        await self._calls.act("ModuleApi.check_username()", "check_username", username=username)

    async def get_user_ip_and_agents(self, user_id: str, since_ts: int = 0) -> list[UserIpAndAgent]:
        """Where a local user was seen since `since_ts` (milliseconds of the epoch, as in Synapse's table)."""
        if not self._is_local(user_id):
            return []
        whois = await self._calls.read("ModuleApi.get_user_ip_and_agents()", "get_whois", user_id=user_id)
        return [
            UserIpAndAgent(ip=seen["ip"], user_agent=seen.get("user_agent") or "", last_seen=seen.get("last_seen") or 0)
            for device in whois["devices"].values()
            for session in device["sessions"]
            for seen in session["connections"]
            if (seen.get("last_seen") or 0) >= since_ts
        ]

    async def set_displayname(
        self, user_id: UserID, new_displayname: str, deactivation: bool | AbsentType = Absent
    ) -> None:
        """Sets the name of a local user, as that user. `deactivation` has no effect, as in Synapse."""
        if deactivation is not Absent:
            logger.error("set_displayname() was called with `deactivation`, which is deprecated and does nothing")
        args = {"user_id": str(user_id), "displayname": new_displayname}
        await self._calls.act("ModuleApi.set_displayname()", "set_displayname", **args)

    def invalidate_access_token(self, access_token: str) -> Deferred[None]:
        """Logs the token's device out. `InvalidClientTokenError` where the token belongs to no user."""
        return ensureDeferred(self._end_token(access_token))

    async def _end_token(self, access_token: str) -> None:
        try:
            await self._calls.act("ModuleApi.invalidate_access_token()", "invalidate_access_token", token=access_token)
        except HttpResponseException as refusal:
            if refusal.code != 401:
                raise
            raise InvalidClientTokenError() from refusal

    async def _find_user(self, user_id: str) -> str | None:
        if not self._is_local(user_id):
            return None
        return await self._calls.read("ModuleApi.check_user_exists()", "find_user", user_id=user_id)

    async def _get_user(self, method: str, user_id: str) -> dict[str, Any] | None:
        """The administrator's view of a local account. Of others the homeserver has none, and is not asked."""
        if not self._is_local(user_id):
            return None
        return await self._calls.read(f"ModuleApi.{method}()", "get_user", user_id=user_id)

    def _is_local(self, user_id: str) -> bool:
        return user_id.startswith("@") and self.is_mine(user_id)
