"""Which `synapse` package modules import: the installed one, or the names of this service."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

COMPAT = str(Path(__file__).parents[1] / "compat")


def choose_synapse(wish: str) -> str:
    """Puts the package in its place on `sys.path`; answers what it is, in words."""
    installed = find_installed()
    if wish == "installed" and installed is None:
        raise pytest.UsageError(
            "--media-bridge-synapse=installed: this environment has no synapse package; install matrix-synapse into it"
        )
    if wish != "shim" and installed is not None:
        return f"the installed Synapse ({installed})"
    sys.path.insert(0, COMPAT)
    return "the names of synapse-media-bridge"


def find_installed() -> str | None:
    """The folder of an installed Synapse; None where none is installed."""
    spec = importlib.util.find_spec("synapse")
    origin = None if spec is None else spec.origin
    return None if origin is None or origin.startswith(COMPAT) else str(Path(origin).parent)


def is_installed() -> bool:
    """Whether modules import an installed Synapse."""
    import synapse

    return not (synapse.__file__ or "").startswith(COMPAT)
