"""A limit on what a user may upload in a period."""

from __future__ import annotations

from typing import Any

import attr


@attr.s(frozen=True, auto_attribs=True, init=False)
class MediaUploadLimit:
    """At most `max_bytes` in any `time_period_ms`.

    What else is given is kept as attributes: newer releases may add to it.
    """

    max_bytes: int
    time_period_ms: int
    info_uri: str | None = None
    can_upgrade: bool = False

    def __init__(
        self,
        max_bytes: int,
        time_period_ms: int,
        info_uri: str | None = None,
        can_upgrade: bool = False,
        **extra: Any,
    ) -> None:
        self.__dict__.update(extra)
        self.__attrs_init__(max_bytes, time_period_ms, info_uri, can_upgrade)
