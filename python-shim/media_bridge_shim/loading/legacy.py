"""Spam checkers of the kind before Synapse's modules (`spam_checker`): their methods are their callbacks."""

from __future__ import annotations

import inspect
from typing import Any

from .loader import LoadedModule

# What Synapse looks for. Other methods of such a spam checker are called neither there nor here.
METHODS = (
    "check_event_for_spam",
    "user_may_invite",
    "federated_user_may_invite",
    "user_may_create_room",
    "user_may_create_room_alias",
    "user_may_publish_room",
    "check_username_for_spam",
    "check_registration_for_spam",
    "check_media_file_for_spam",
)


class LegacySpamChecker(LoadedModule):
    """One entry of `spam_checker`: `__init__(config)`, or `__init__(config, api)` where there is such a parameter."""

    def construct(self, api: Any) -> None:
        wants_api = "api" in inspect.getfullargspec(self._class).args
        given = {"config": self._parsed, "api": api} if wants_api else {"config": self._parsed}
        self.instance = self._class(**given)
        methods = {name: getattr(self.instance, name, None) for name in METHODS}
        api.register_spam_checker_callbacks(**methods)
