"""What TypeScript modules may ask of the homeserver: one table, each call by Synapse's own ModuleApi."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from synapse.module_api import ModuleApi, UserID

Call = Callable[[ModuleApi, Mapping[str, Any]], Awaitable[Any]]


async def _get_user(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    user = await api.get_userinfo_by_id(args["user_id"])
    if user is None:
        return None
    profile = await api.get_profile_for_user(user.user_id.localpart)
    return {
        "name": user.user_id.to_string(),
        "admin": bool(user.is_admin),
        "deactivated": bool(user.is_deactivated),
        "locked": bool(getattr(user, "locked", False)),
        "suspended": bool(getattr(user, "suspended", False)),
        "shadow_banned": bool(user.is_shadow_banned),
        "approved": bool(getattr(user, "approved", True)),
        "is_guest": bool(user.is_guest),
        "creation_ts": user.creation_ts,
        "user_type": user.user_type,
        "appservice_id": user.appservice_id,
        "displayname": profile.display_name,
        "avatar_url": profile.avatar_url,
        "threepids": [],
    }


async def _is_user_admin(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    user = await api.get_userinfo_by_id(args["user_id"])
    return user is not None and bool(await api.is_user_admin(args["user_id"]))


async def _find_user(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    return await api.check_user_exists(args["user_id"])


async def _check_username(api: ModuleApi, args: Mapping[str, Any]) -> None:
    await api.check_username(args["username"])


async def _get_threepids(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    user_id = _local(api, args["user_id"])
    names = ("medium", "address", "validated_at", "added_at")
    found = await api.get_threepids_for_user(user_id.to_string())
    return [{name: _member(threepid, name) for name in names} for threepid in found]


async def _get_connections(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    names = ("ip", "user_agent", "last_seen")
    return [{name: getattr(seen, name) for name in names} for seen in await api.get_user_ip_and_agents(args["user_id"])]


async def _invalidate_access_token(api: ModuleApi, args: Mapping[str, Any]) -> None:
    await api.invalidate_access_token(args["token"])


async def _set_displayname(api: ModuleApi, args: Mapping[str, Any]) -> None:
    await api.set_displayname(_local(api, args["user_id"]), args["displayname"])


async def _get_account_data(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    return await api.account_data_manager.get_global(args["user_id"], args["type"])


async def _put_account_data(api: ModuleApi, args: Mapping[str, Any]) -> None:
    await api.account_data_manager.put_global(args["user_id"], args["type"], json.loads(args["content"]))


async def _get_room_state(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    selectors = args["selectors"]
    if selectors is not None and not selectors:
        return []
    chosen = None if selectors is None else [(kind, key) for kind, key in selectors]
    return [_event(event) for event in (await api.get_room_state(args["room_id"], chosen)).values()]


async def _look_up_alias(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    room_id, servers = await api.lookup_room_alias(args["alias"])
    return {"room_id": room_id, "servers": list(servers)}


async def _is_room_public(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    return await api.public_room_list_manager.room_is_in_public_room_list(args["room_id"])


async def _set_room_public(api: ModuleApi, args: Mapping[str, Any]) -> None:
    rooms = api.public_room_list_manager
    change = rooms.add_room_to_public_room_list if args["public"] else rooms.remove_room_from_public_room_list
    await change(args["room_id"])


async def _delete_room(api: ModuleApi, args: Mapping[str, Any]) -> None:
    await api.delete_room(args["room_id"])


async def _send_event(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    event = {name: args[name] for name in ("room_id", "type", "sender", "state_key", "redacts")}
    sent = {name: value for name, value in event.items() if value is not None}
    return _event(await api.create_and_send_event_into_room({**sent, "content": json.loads(args["content"])}))


async def _update_membership(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    event = await api.update_room_membership(
        args["sender"],
        args["target"],
        args["room_id"],
        args["membership"],
        content=json.loads(args["content"]),
        remote_room_hosts=args["via_servers"] or None,
    )
    return _event(event)


async def _create_room(api: ModuleApi, args: Mapping[str, Any]) -> Any:
    profile = args["join_profile"]
    created = await api.create_room(
        args["user_id"],
        json.loads(args["config"]),
        ratelimit=False,
        creator_join_profile=None if profile is None else json.loads(profile),
    )
    return created[0]


CALLS: Mapping[str, Call] = {
    "get_user": _get_user,
    "is_user_admin": _is_user_admin,
    "find_user": _find_user,
    "check_username": _check_username,
    "get_threepids": _get_threepids,
    "get_connections": _get_connections,
    "invalidate_access_token": _invalidate_access_token,
    "set_displayname": _set_displayname,
    "get_account_data": _get_account_data,
    "put_account_data": _put_account_data,
    "get_room_state": _get_room_state,
    "look_up_alias": _look_up_alias,
    "is_room_public": _is_room_public,
    "set_room_public": _set_room_public,
    "delete_room": _delete_room,
    "send_event": _send_event,
    "update_membership": _update_membership,
    "create_room": _create_room,
}


def _local(api: ModuleApi, user_id: str) -> Any:
    if not api.is_mine(user_id):
        raise ValueError("not a user of this homeserver")
    return UserID.from_string(user_id)


def _event(event: Any) -> dict[str, Any]:
    """As clients see it."""
    known = {
        "event_id": event.event_id,
        "room_id": event.room_id,
        "type": event.type,
        "sender": event.sender,
        "origin_server_ts": event.origin_server_ts,
        "content": event.content,
    }
    return {**known, "state_key": event.state_key} if event.is_state() else known


def _member(value: Any, name: str) -> Any:
    return value[name] if isinstance(value, Mapping) else getattr(value, name)
