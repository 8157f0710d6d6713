"""Lines of Node's log, in Synapse's."""

from __future__ import annotations

import json
import logging
from typing import Any

# Operators set levels by this name (docs/inside-synapse.md): it does not follow the folder of this file.
_LOGGER = "synapse_media_bridge_module"
_LEVELS = {10: logging.DEBUG, 20: logging.DEBUG, 30: logging.INFO, 40: logging.WARNING, 50: logging.ERROR}
_KNOWN = ("level", "time", "msg", "module")


def log_line(params: Any) -> None:
    """Logs one line, under the name of the module that wrote it."""
    try:
        line = json.loads(params["line"])
        name = line.get("module")
        logger = logging.getLogger(f"{_LOGGER}.{name}" if isinstance(name, str) else _LOGGER)
        facts = {key: value for key, value in line.items() if key not in _KNOWN}
        error = facts.pop("err", None)
        text = str(line.get("msg", ""))
        if facts:
            text += f" {json.dumps(facts, ensure_ascii=False)}"
        if isinstance(error, dict):
            text += f"\n{error.get('stack') or error.get('message')}"
        logger.log(_LEVELS.get(line.get("level"), logging.CRITICAL), "%s", text)
    except (KeyError, TypeError, ValueError, AttributeError):
        logging.getLogger(_LOGGER).warning("Node sent a line of its log in another form")
