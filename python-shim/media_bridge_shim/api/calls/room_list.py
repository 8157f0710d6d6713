"""`ModuleApi.public_room_list_manager`: which rooms are in the public list."""

from __future__ import annotations

from .homeserver_calls import CallingPart

_METHOD = "ModuleApi.public_room_list_manager"


class PublicRoomListManager:
    """Asks and acts as the administrator."""

    def __init__(self, api: CallingPart) -> None:
        self._api = api

    async def room_is_in_public_room_list(self, room_id: str) -> bool:
        """Whether it is listed; False where the room does not exist."""
        method = f"{_METHOD}.room_is_in_public_room_list()"
        return await self._api._calls.read(method, "is_room_public", room_id=room_id)

    async def add_room_to_public_room_list(self, room_id: str) -> None:
        method = f"{_METHOD}.add_room_to_public_room_list()"
        await self._api._calls.act(method, "set_room_public", room_id=room_id, public=True)

    async def remove_room_from_public_room_list(self, room_id: str) -> None:
        method = f"{_METHOD}.remove_room_from_public_room_list()"
        await self._api._calls.act(method, "set_room_public", room_id=room_id, public=False)
