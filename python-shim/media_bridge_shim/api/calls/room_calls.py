"""The methods of `ModuleApi` that ask the homeserver about rooms and act in them."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred

from ..vocabulary.errors import HttpResponseException, SynapseError
from ..vocabulary.event_base import EventBase
from ..vocabulary.json_types import JsonDict, StateMap
from ..vocabulary.types import RoomAlias, RoomID, UserID
from .homeserver_calls import CallingPart, to_object_text

# More types than this, and the whole state in one request costs less.
MAX_TYPES = 8
PROFILE_FIELDS = ("avatar_url", "displayname")


class RoomCalls(CallingPart):
    """A part of `ModuleApi`."""

    async def get_room_state(
        self, room_id: str, event_filter: Iterable[tuple[str, str | None]] | None = None
    ) -> StateMap[EventBase]:
        """The current state by type and state key; of a filter's pairs, None means every state key.

        Empty where the room does not exist.
        """
        return await self._get_state("get_room_state", room_id, list(event_filter or ()) or None)

    def get_state_events_in_room(
        self, room_id: str, types: Iterable[tuple[str, str | None]]
    ) -> Deferred[Iterable[EventBase]]:
        """The state events that `types` selects, as `get_room_state` filters them; none where it selects none."""
        return ensureDeferred(self._get_state_events(room_id, list(types)))

    async def create_and_send_event_into_room(self, event_dict: JsonDict) -> EventBase:
        """Sends an event as its sender, a local user. `SynapseError` where the homeserver does not allow it.

        Where the same state is there already, the event that made it so.
        """
        method = "ModuleApi.create_and_send_event_into_room()"
        sender, event_type = event_dict["sender"], event_dict["type"]
        if event_type == "m.room.member":
            message = "A member event cannot be sent so: call update_room_membership()"
            raise SynapseError(HTTPStatus.INTERNAL_SERVER_ERROR, message)
        self._check_local(sender, method)
        event = await self._calls.act(
            method,
            "send_event",
            room_id=event_dict["room_id"],
            type=event_type,
            sender=sender,
            content=to_object_text(event_dict.get("content", {})),
            state_key=event_dict.get("state_key"),
            redacts=event_dict.get("redacts"),
            origin_server_ts=event_dict.get("origin_server_ts"),
        )
        return EventBase(event)

    async def update_room_membership(
        self,
        sender: str,
        target: str,
        room_id: str,
        new_membership: str,
        content: JsonDict | None = None,
        remote_room_hosts: list[str] | None = None,
    ) -> EventBase:
        """Changes a membership as a local user: `RuntimeError` where the sender is not. Returns the member event.

        `leave` of another user is a kick. `SynapseError` where the homeserver does not allow it.
        """
        method = "ModuleApi.update_room_membership()"
        self._check_local(sender, method)
        given = dict(content or {})
        event = await self._calls.act(
            method,
            "update_membership",
            sender=sender,
            target=UserID.from_string(target).to_string(),
            room_id=room_id,
            membership=new_membership,
            content=to_object_text({**given, "membership": new_membership}),
            via_servers=list(remote_room_hosts or ()),
            missing_profile=[field for field in PROFILE_FIELDS if field not in given],
        )
        return EventBase(event)

    async def create_room(
        self,
        user_id: str,
        config: JsonDict,
        ratelimit: bool = True,
        creator_join_profile: JsonDict | None = None,
    ) -> tuple[str, str | None]:
        """Creates a room as a local user; its id, and its alias where one was asked for.

        `ratelimit` is what the registration of the application service says. The creator's profile in the room is set
        right after the creation.
        """
        method = "ModuleApi.create_room()"
        self._check_local(user_id, method)
        profile = None
        if creator_join_profile:
            profile = to_object_text({**creator_join_profile, "membership": "join"})
        args = {"user_id": user_id, "config": to_object_text(config), "join_profile": profile}
        room_id = await self._calls.act(method, "create_room", **args)
        name = config.get("room_alias_name")
        return room_id, RoomAlias(name, self._server_name).to_string() if name else None

    async def delete_room(self, room_id: str) -> None:
        """Begins to remove a room from the homeserver and its database, and does not wait for it."""
        await self._calls.act("ModuleApi.delete_room()", "delete_room", room_id=room_id)

    async def get_canonical_room_alias(self, room_id: RoomID) -> RoomAlias | None:
        """The alias that a room calls itself by; None where it has none or does not exist."""
        method = "ModuleApi.get_canonical_room_alias()"
        room = await self._calls.read(method, "get_room", room_id=room_id.to_string())
        alias = None if room is None else room.get("canonical_alias")
        return RoomAlias.from_string(alias) if alias else None

    async def lookup_room_alias(self, room_alias: str) -> tuple[str, list[str]]:
        """Where an alias leads: the room's id, and servers that are in it. `SynapseError` where it leads nowhere."""
        alias = RoomAlias.from_string(room_alias).to_string()
        found = await self._calls.act("ModuleApi.lookup_room_alias()", "look_up_alias", alias=alias)
        return found["room_id"], found["servers"]

    async def _get_state_events(self, room_id: str, types: list[tuple[str, str | None]]) -> Iterable[EventBase]:
        return (await self._get_state("get_state_events_in_room", room_id, types)).values() if types else ()

    async def _get_state(
        self, method: str, room_id: str, selected: list[tuple[str, str | None]] | None
    ) -> dict[tuple[str, str], EventBase]:
        wanted = None if selected is None else list(dict.fromkeys(event_type for event_type, _ in selected))
        types = wanted if wanted is not None and len(wanted) <= MAX_TYPES else None
        answers = await self._calls.read(f"ModuleApi.{method}()", "get_room_state", room_id=room_id, types=types)
        pairs = None if selected is None else set(selected)
        state = {}
        for event in events_of(answers):
            key = (event["type"], event["state_key"])
            if pairs is None or key in pairs or (key[0], None) in pairs:
                state[key] = EventBase(event)
        return state

    def _check_local(self, user_id: str, method: str) -> None:
        if not self.is_mine(user_id):
            raise RuntimeError(f"{method} acts as a user of this homeserver, which {user_id} is not")


def events_of(answers: list[Any]) -> Iterable[dict[str, Any]]:
    """The state events of the homeserver's answers, as yet unchecked."""
    try:
        for answer in answers:
            for event in answer["state"]:
                if isinstance(event["content"], dict) and isinstance(event["type"] + event["state_key"], str):
                    yield event
                else:
                    raise TypeError
    except (TypeError, KeyError) as error:
        message = "ModuleApi.get_room_state(): the homeserver's answer is not a room state"
        raise HttpResponseException(HTTPStatus.BAD_GATEWAY, message, b"") from error
