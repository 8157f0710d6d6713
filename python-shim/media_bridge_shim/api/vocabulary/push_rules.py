"""The check of a push rule's actions."""

from __future__ import annotations

from typing import Any

from .errors import InvalidRuleException

ACTIONS = frozenset(("notify", "dont_notify", "coalesce"))


def check_actions(actions: Any) -> None:
    """`InvalidRuleException` where these are not actions of a push rule (Matrix client-server API, "Actions")."""
    if not isinstance(actions, list):
        raise InvalidRuleException("The actions of a push rule are a list")
    for action in actions:
        is_known = isinstance(action, str) and action in ACTIONS
        if not is_known and not (isinstance(action, dict) and "set_tweak" in action):
            raise InvalidRuleException(f"A push rule has no action {action!r}")
