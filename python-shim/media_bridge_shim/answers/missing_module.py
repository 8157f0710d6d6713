"""Why a module is not there, where more is known than that: what is installed is not to be installed again."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

SHOWN_NAMES = 5


def explain_missing(error: BaseException) -> str | None:
    """One line beside what the interpreter says; None where that is all there is to say."""
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    if not name:
        return None
    parent, _, last = name.rpartition(".")
    return _explain_member(parent, last) if parent else _explain_distribution(name)


def explain_without_class(package: str) -> str | None:
    """Of a package that was imported and lacks a class: whether there is any code in it."""
    module = sys.modules.get(package)
    if module is None or getattr(module, "__file__", None) is not None:
        return None
    folders = [str(folder) for folder in getattr(module, "__path__", ())]
    return f"{package} is a folder without an __init__.py ({', '.join(folders)})" if folders else None


def _explain_member(parent: str, last: str) -> str | None:
    module = sys.modules.get(parent)
    if module is None:
        return None
    folders = [Path(folder) for folder in getattr(module, "__path__", ())]
    if not folders:
        return f"{parent} is there ({getattr(module, '__file__', 'built in')}), and is a module, not a package"
    where = ", ".join(map(str, folders))
    if not any(_has_code(folder) for folder in folders):
        return f"the package {parent} is there ({where}), without a Python file"
    return f"the package {parent} is there ({where}), without a module {last}"


def _has_code(folder: Path) -> bool:
    try:
        return any(path.suffix in (".py", ".so", ".pyc") for path in folder.rglob("*"))
    except OSError:
        return True


def _explain_distribution(name: str) -> str | None:
    for distribution in distributions():
        found = distribution.metadata["Name"]
        if found and _canonical(found) == _canonical(name):
            told = f"the package {found} {distribution.version} is installed"
            names = sorted(set(_modules_of(distribution)))
            if not names:
                return f"{told}, without a Python file: its author left it out"
            more = ", …" if len(names) > SHOWN_NAMES else ""
            return f"{told}, and has no module of that name, but {', '.join(names[:SHOWN_NAMES])}{more}"
    return None


def _modules_of(distribution: Distribution) -> Iterable[str]:
    for path in distribution.files or ():
        first = path.parts[0]
        if path.suffix in (".py", ".so") and not first.endswith((".dist-info", ".egg-info", "..")):
            yield first.partition(".")[0]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
