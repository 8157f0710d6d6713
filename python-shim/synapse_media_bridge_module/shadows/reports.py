"""Tells Node what Python modules were asked and said, for the shadows there. Nothing here raises, or waits for Node."""

from __future__ import annotations

import logging
import os
import random
import secrets
import time
from collections import Counter
from typing import Any

from ..shared.settings import Settings
from ..wire.channel import Channel
from ..wire.peer import Peer

logger = logging.getLogger(__name__)

# A Node that leaves more than this unread is told nothing until it has read it: what it decides comes first.
_MAX_UNREAD_BYTES = 1024 * 1024
_MAX_CHARACTERS = 256 * 1024
# Far below what Node takes for a flood.
_MAX_PER_SECOND = 2_000
_MAX_CHARACTERS_PER_SECOND = 4 * 1024 * 1024
_MAX_COUNT = 1_000_000


class Reports:
    """Of one entry of Synapse's `modules:`."""

    def __init__(self, settings: Settings) -> None:
        shadows = [(index, entry.shadow) for index, entry in enumerate(settings.entries)]
        self._samples = {index: shadow.sample for index, shadow in shadows if shadow is not None}
        self._shares = dict(self._samples)
        # In containers two processes may have one number.
        self.files_name = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._files = os.path.join(settings.data_path or "", "shadow-files", self.files_name)
        self._last_file = 0
        self._peer: Peer | None = None
        self._channel: Channel | None = None
        self._untold: Counter[tuple[int, str]] = Counter()
        self._second = 0
        self._count = 0
        self._characters = 0
        self._said: set[str] = set()

    def attach(self, peer: Peer, channel: Channel) -> None:
        """Node has begun to load the shadows."""
        self._peer, self._channel = peer, channel
        self._said.clear()

    def detach(self, peer: Peer) -> None:
        """Node is gone."""
        if self._peer is peer:
            self._peer = self._channel = None
            self._shares = dict(self._samples)

    def hear_shares(self, params: Any) -> None:
        """Takes the notification `shares`: less is compared where a shadow has used up its CPU."""
        for index, share in params["shares"]:
            if index in self._samples:
                self._shares[index] = min(self._samples[index], max(0.0, float(share)))

    def draw(self, index: int) -> float | None:
        """The share of the questions that is told, where this one is told; None where it is not."""
        share = self._shares.get(index, 0.0)
        return share if share > random.random() else None

    def can_tell(self) -> bool:
        """Whether Node takes what it is told now: otherwise that need not be made."""
        channel = self._channel
        if channel is None or not channel.is_open or channel.unread_bytes > _MAX_UNREAD_BYTES:
            return False
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._count, self._characters = second, 0, 0
        return self._count < _MAX_PER_SECOND and self._characters < _MAX_CHARACTERS_PER_SECOND

    def keep(self, path: str) -> str | None:
        """A link to a file, which Synapse removes where it is refused. None where none can be made."""
        if not self.can_tell():
            return None
        self._last_file += 1
        link = os.path.join(self._files, str(self._last_file))
        try:
            self._link(path, link)
        except OSError as error:
            self.say_once("A file cannot be kept for a shadow: %s", error, error)
            return None
        return link

    def _link(self, path: str, link: str) -> None:
        try:
            os.link(path, link)
        except FileNotFoundError:
            # The folder is made once it is needed, and again after each start of Node, which removes it.
            for folder in (os.path.dirname(self._files), self._files):
                os.makedirs(folder, mode=0o700, exist_ok=True)
            os.link(path, link)

    def discard(self, link: str | None) -> None:
        """Removes a link that was not handed over."""
        if link is None:
            return
        try:
            os.unlink(link)
        except OSError:
            pass

    def tell(self, params: dict[str, Any]) -> bool:
        """Tells of one question, and hands its file over. False where Node was not told, which is counted."""
        try:
            if self._send(params):
                return True
        except Exception as error:
            self.say_once("A question cannot be told to a shadow: %s", error, error)
        self.count_untold(params["module"], params["kind"])
        return False

    def count_untold(self, index: int, kind: str) -> None:
        """Counts a question that cannot be told."""
        self._untold[(index, kind)] += 1

    def say_once(self, message: str, subject: object, error: Exception) -> None:
        """Logs a failure of this kind, unless it was logged since Node was started."""
        if message not in self._said:
            self._said.add(message)
            logger.warning(message, subject, exc_info=None if isinstance(error, OSError) else error)

    def _send(self, params: dict[str, Any]) -> bool:
        peer, channel = self._peer, self._channel
        if peer is None or channel is None or not self.can_tell():
            return False
        size = len(repr(params))
        if size > _MAX_CHARACTERS:
            return False
        self._count += 1
        self._characters += size
        if self._characters > _MAX_CHARACTERS_PER_SECOND:
            return False
        for (index, kind), count in list(self._untold.items()):
            told = min(count, _MAX_COUNT)
            peer.notify("not_asked", {"module": index, "kind": kind, "count": told})
            # A write that fails closes the channel, and raises nothing.
            if not channel.is_open:
                return False
            self._untold -= Counter({(index, kind): told})
        peer.notify("asked", params)
        return channel.is_open
