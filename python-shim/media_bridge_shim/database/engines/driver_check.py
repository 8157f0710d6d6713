"""Whether this interpreter has the driver of the configured database."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

KEY = "media_bridge.homeserver.database"
REQUIREMENTS = Path(__file__).resolve().parents[3] / "requirements-postgres.txt"


def find_driver_problem(database: Mapping[str, Any] | None) -> str | None:
    """One line for the operator, or None."""
    if database is None or database["name"] != "psycopg2":
        return None
    try:
        import_module("psycopg2")
    except Exception as error:
        return (
            f"{database.get('key') or KEY}: {sys.executable} has no psycopg2 that can be used ({error}); "
            f"install with: {sys.executable} -m pip install -r {REQUIREMENTS}"
            + ("" if database.get("key") in (None, KEY) else f", or set {KEY} (own: modules need no such database)")
        )
    return None
