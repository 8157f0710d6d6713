"""Errors of push rules, for `except` clauses."""

from __future__ import annotations


class InvalidRuleException(Exception):
    """A push rule has another form."""


class RuleNotFoundException(Exception):
    """There is no such push rule."""
