"""Spans of time: Synapse's own type since 1.145, and the plain numbers of all releases before."""

from __future__ import annotations

from datetime import timedelta


class Duration(timedelta):
    """A `timedelta` that is made by keywords alone and tells milliseconds and seconds."""

    def __new__(
        cls,
        *,
        days: float = 0,
        seconds: float = 0,
        microseconds: float = 0,
        milliseconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        weeks: float = 0,
    ) -> Duration:
        return super().__new__(cls, days, seconds, microseconds, milliseconds, minutes, hours, weeks)

    def as_millis(self) -> int:
        return self // timedelta(milliseconds=1)

    def as_secs(self) -> float:
        return self.total_seconds()


def to_seconds(value: timedelta | float, unit_ms: float = 1000) -> float:
    """Seconds, from a timedelta or from a number of units of `unit_ms` milliseconds."""
    return value.total_seconds() if isinstance(value, timedelta) else value * unit_ms / 1000
