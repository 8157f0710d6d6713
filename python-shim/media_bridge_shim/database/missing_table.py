"""A table that is not there although Synapse has it: the driver's error gets the key that says which database it is."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..logs.heard import tell

logger = logging.getLogger(__name__)

KEY = "media_bridge.homeserver.database"
OWN = "modules work on the service's own database"
# SQLite's words, and PostgreSQL's.
_MISSING = re.compile(r'no such table: (?:\w+\.)?(\w+)|relation "(?:\w+\.)?(\w+)" does not exist')

_logged: set[str] = set()


class MissingTables:
    """Explains what a statement inside of the `with` raises. `database` is that of the service context."""

    __slots__ = ("_database",)

    def __init__(self, database: Mapping[str, Any]) -> None:
        self._database = database

    def __enter__(self) -> None:
        return None

    def __exit__(self, exc_type: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            _explain(error, self._database)


def names_missing_table(error: BaseException) -> bool:
    """Whether a statement failed for a table that is not there."""
    return _MISSING.search(str(error)) is not None


def _explain(error: BaseException, database: Mapping[str, Any]) -> None:
    text = str(error)
    match = _MISSING.search(text)
    if match is None:
        return
    table = match.group(1) or match.group(2)
    is_synapses = table.lower() in _synapse_tables()
    hint = _hint(is_synapses, database)
    if hint is not None:
        text = f"{text.rstrip()} ({hint})"
        error.args = (text, *error.args[1:])
    # Here, since modules swallow errors: in the log once a table, and each time where `call` listens.
    if is_synapses and table not in _logged:
        _logged.add(table)
        logger.error("%s: there is no such table: %s", table, hint)
    else:
        tell("error", text.rstrip())


def _hint(is_synapses: bool, database: Mapping[str, Any]) -> str | None:
    if database.get("own"):
        if is_synapses:
            return f"{OWN}, and this table is Synapse's: set {KEY} to Synapse's database"
        return f"{OWN}; if this table is in Synapse's, set {KEY} to that"
    if not is_synapses:
        return None
    return f"{database.get('key') or KEY} names a database that is not Synapse's, or not a whole one"


@cache
def _synapse_tables() -> frozenset[str]:
    return frozenset(json.loads(Path(__file__).with_name("synapse_tables.json").read_text("utf-8")))
