"""Whether this interpreter can run the shim. Its syntax is old on purpose: it must be readable by a Python too old."""

import importlib.util
import sys

OLDEST_PYTHON = (3, 10)
# What the shim and the compat packages import: import name -> name of the distribution.
NEEDED = (
    ("twisted", "Twisted"),
    ("msgpack", "msgpack"),
    ("attr", "attrs"),
    ("treq", "treq"),
    ("prometheus_client", "prometheus-client"),
    ("yaml", "PyYAML"),
    ("immutabledict", "immutabledict"),
)


def find_problem(requirements):
    # type: (str) -> str | None
    """One line for the operator, or None. `requirements` is the path of the pinned list that the line recommends."""
    if sys.version_info < OLDEST_PYTHON:
        return (
            "media-bridge: %s is Python %d.%d, but Python %d.%d or newer is needed; set media_bridge.python.executable"
            % ((sys.executable,) + sys.version_info[:2] + OLDEST_PYTHON)
        )
    missing = [name for module, name in NEEDED if importlib.util.find_spec(module) is None]
    if missing:
        return "media-bridge: %s lacks %s; install with: %s -m pip install -r %s" % (
            sys.executable,
            ", ".join(missing),
            sys.executable,
            requirements,
        )
    return None
