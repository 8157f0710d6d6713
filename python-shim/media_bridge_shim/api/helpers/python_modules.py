"""Loads Python modules by their names, as `synapse.util.module_loader` does for modules that load others."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from .config import ConfigError


def load_module(provider: Mapping[str, Any], config_path: Sequence[str]) -> tuple[type[Any], Any]:
    """The class that `provider["module"]` names, and its configuration, parsed by `parse_config` where it has one."""
    path = provider.get("module")
    if not isinstance(path, str):
        raise ConfigError("expected a string", (*config_path, "module"))
    package, _, name = path.rpartition(".")
    found = getattr(importlib.import_module(package), name)
    config = provider.get("config") or {}
    if not hasattr(found, "parse_config"):
        return found, config
    try:
        return found, found.parse_config(config)
    except ConfigError as error:
        raise ConfigError(error.msg, (*config_path, "config", *(error.path or ()))) from error
    except Exception as error:
        raise ConfigError(f"{path} refuses its configuration: {error}", (*config_path, "config")) from error


def load_python_module(location: str) -> ModuleType:
    """The module in a file; it is not entered in `sys.modules`."""
    spec = importlib.util.spec_from_file_location(location, location)
    if spec is None or spec.loader is None:
        raise ImportError(f"{location} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
