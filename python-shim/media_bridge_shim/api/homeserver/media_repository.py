"""`hs.get_media_repository()`: media that modules make themselves."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import IO, Any

import attr

from ...context import held_back
from ..absent.unsupported import UnsupportedName, describe
from ..asynchronous.background import is_dry_run
from ..asynchronous.threads import defer_to_thread
from ..vocabulary.types import UserID


@attr.s(slots=True, frozen=True, auto_attribs=True)
class MXCUri:
    """Where media is; as text `mxc://<server name>/<media id>`."""

    server_name: str
    media_id: str

    def __str__(self) -> str:
        return f"mxc://{self.server_name}/{self.media_id}"


class MediaRepository:
    """The service stores: limits hold, spam checkers look, as for an upload by the user. What it lacks raises an
    `AttributeError` that says so.
    """

    def __init__(self, service: Any) -> None:
        self._service = service

    async def create_or_update_content(
        self,
        media_type: str,
        upload_name: str | None,
        content: IO[bytes],
        content_length: int,
        auth_user: UserID,
        media_id: str | None = None,
    ) -> MXCUri:
        """Stores what `content` reads as media of `auth_user`: under a new id, or under one that this user created and
        that has no content, as content is never replaced. `SynapseError` where it is refused.
        """
        # It imports what a module may never need.
        from ...web.requests.requester import raise_refusal

        if is_dry_run():
            held_back.count(held_back.MEDIA)
            raise RuntimeError("create_or_update_content is held back during a check")
        reactor = self._service.reactor
        path = await defer_to_thread(reactor, copy_to_file, content)
        try:
            answer = await self._service.call_host(
                "store_content",
                {
                    "path": path,
                    "media_type": media_type,
                    "upload_name": upload_name,
                    "content_length": content_length,
                    "user_id": auth_user.to_string(),
                    "media_id": media_id,
                },
            )
        finally:
            await defer_to_thread(reactor, os.unlink, path)
        if answer["refusal"] is not None:
            raise_refusal(**answer["refusal"])
        return MXCUri(self._service.server_name, answer["media_id"])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedName(describe(f"MediaRepository.{name}"))


def copy_to_file(content: IO[bytes]) -> str:
    """A file of its own, since no media travels on the channel; the caller removes it."""
    with tempfile.NamedTemporaryFile(prefix="media-bridge-content-", delete=False) as file:
        try:
            shutil.copyfileobj(content, file)
        except BaseException:
            os.unlink(file.name)
            raise
        return file.name
