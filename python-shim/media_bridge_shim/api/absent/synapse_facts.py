"""What Synapse itself has, by name: so that an error says truly whether Synapse has it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

# Made by test/python-shim/compat/read_surface.py; a test holds it against a real Synapse.
_FILE = Path(__file__).with_name("synapse_names.json")


@cache
def _read() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


def release() -> str:
    """The release of Synapse that the names were read from."""
    return str(_read()["release"])


def has_name(name: str) -> bool | None:
    """Whether Synapse has `synapse.a.b`, `synapse.a.b.Name` or `ModuleApi.member`; None where that is not known."""
    facts = _read()
    if name in facts["modules"]:
        return True
    owner, _, last = name.rpartition(".")
    if owner in facts["members"]:
        return last in facts["members"][owner]
    if owner in facts["names"] and facts["names"][owner]:
        return last in facts["names"][owner]
    if owner in facts["modules"]:
        # Of this one only the path was read.
        return None
    if not owner.startswith("synapse."):
        return False if name.startswith("synapse.") else None
    # A path below something that is not there, or a member of a name.
    return None if has_name(owner) else has_name(owner)
