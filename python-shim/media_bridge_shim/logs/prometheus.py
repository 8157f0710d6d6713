"""The metrics that modules declared with `prometheus_client`, as text: the host puts them beside its own."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import Any

logger = logging.getLogger(__name__)

MAX_METRICS_BYTES = 8 * 1024 * 1024
# What the library measures by itself, of a process that is not the service.
_OWN_COLLECTORS = ("PROCESS_COLLECTOR", "PLATFORM_COLLECTOR", "GC_COLLECTOR")


def render_metrics() -> str:
    """The text format, version 0.0.4; empty where no module imported `prometheus_client`.

    A collector that raises is left out and logged. Raises `ValueError` for more than 8 MiB.
    """
    library = sys.modules.get("prometheus_client")
    if library is None:
        return ""
    own = [getattr(library, name, None) for name in _OWN_COLLECTORS]
    names = getattr(library.REGISTRY, "_collector_to_names", None)
    collectors = [collector for collector in list(names or (library.REGISTRY,)) if collector not in own]
    text = library.generate_latest(_Families(collectors)).decode()
    if len(text) > MAX_METRICS_BYTES:
        raise ValueError(f"{len(text)} characters of metrics, over the {MAX_METRICS_BYTES} allowed")
    return text


class _Families:
    """As much of a registry as rendering needs."""

    def __init__(self, collectors: list[Any]) -> None:
        self._collectors = collectors

    def collect(self) -> Iterable[Any]:
        for collector in self._collectors:
            try:
                yield from list(collector.collect())
            except Exception:
                logger.exception("The metrics of %r cannot be collected", type(collector).__name__)
