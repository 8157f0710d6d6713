"""The entries under `modules` of the configuration: TypeScript modules, Python modules, and the shadow of either."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synapse.module_api.errors import ConfigError

Path = tuple[str, ...]

_ENTRY_FORM = "expected { typescript: /path/of/a/module.ts, config: {…} }, or { module: a.python.Class, config: {…} }"
_SHADOW_FORM = "expected { typescript: /path/of/a/module.ts } or { module: a.python.Class }"
_SHADOW_KEYS = frozenset(("typescript", "module", "config", "sample", "required", "ignore"))
_CLASS = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
# Keys that JSON can say, though those that are not text become text.
_JSON_KEYS = (str, int, float, type(None))
_INHERITED = "The shadow gets this configuration of the module, since it has none of its own: it can have one in %s"
_NO_DECIDE = (
    "decide is not offered inside a Synapse: once media-bridge parity shows no difference, exchange the two modules, "
    "so that the candidate decides and this one is its shadow (docs/inside-synapse.md)"
)


@dataclass(frozen=True)
class Named:
    """A module of either language, as the configuration names it."""

    typescript: str | None
    python: str | None
    config: Any
    """As Synapse's YAML has it; of a shadow that says none, the module's own."""

    @property
    def name(self) -> str:
        return self.python or self.typescript or ""

    def to_config(self) -> dict[str, Any]:
        """In the form of the service's configuration."""
        language = {"module": self.python} if self.python is not None else {"typescript": self.typescript}
        return {**language, "config": self.config}


@dataclass(frozen=True)
class Shadow:
    """A module that is asked the same as another one, and compared."""

    candidate: Named
    sample: float
    """The share of the questions, from 0 to 1."""
    sample_text: str
    required: bool
    ignore: str | None

    def to_config(self) -> dict[str, Any]:
        """In the form of the service's configuration."""
        ignore = {} if self.ignore is None else {"ignore": self.ignore}
        return {**self.candidate.to_config(), "sample": self.sample_text, "required": self.required, **ignore}


@dataclass(frozen=True)
class ModuleEntry:
    """A module that decides, at its place."""

    module: Named
    shadow: Shadow | None

    def to_config(self) -> dict[str, Any]:
        """In the form of the service's configuration."""
        shadow = {} if self.shadow is None else {"shadow": self.shadow.to_config()}
        return {**self.module.to_config(), **shadow}

    def to_wire(self) -> dict[str, str]:
        """The entry in `initialize`."""
        shadow = {} if self.shadow is None else {"shadow": json.dumps(self.shadow.to_config(), default=str)}
        if self.module.python is not None:
            return {"python": self.module.python, **shadow}
        return {"typescript": self.module.typescript or "", "config": json.dumps(self.module.config), **shadow}


def read_entries(value: Any) -> tuple[ModuleEntry, ...]:
    """Raises `ConfigError` with the path of the key that is wrong."""
    if not isinstance(value, list) or not value:
        raise ConfigError("expected a list of { typescript: /path/of/a/module.ts, config: {…} }", ("modules",))
    return tuple(_read_entry(entry, ("modules", str(index))) for index, entry in enumerate(value))


def _read_entry(value: Any, path: Path) -> ModuleEntry:
    if not isinstance(value, Mapping) or not set(value) <= {"typescript", "module", "config", "shadow"}:
        raise ConfigError(_ENTRY_FORM, path)
    module = _read_named(value, path, _ENTRY_FORM, value.get("config"))
    if module.typescript is not None:
        _check_json(module.config, (*path, "config"))
    shadow = value.get("shadow")
    return ModuleEntry(module, None if shadow is None else _read_shadow(shadow, (*path, "shadow"), module))


def _read_shadow(value: Any, path: Path, module: Named) -> Shadow:
    if not isinstance(value, Mapping):
        raise ConfigError(_SHADOW_FORM, path)
    if "decide" in value:
        raise ConfigError(_NO_DECIDE, (*path, "decide"))
    for key in value:
        if key not in _SHADOW_KEYS:
            raise ConfigError(f"unknown key; known are {', '.join(sorted(_SHADOW_KEYS))}", (*path, str(key)))
    candidate = _read_named(value, path, _SHADOW_FORM, value["config"] if "config" in value else module.config)
    _check_candidate(candidate, path, inherits="config" not in value)
    sample = value.get("sample", "100%")
    required = value.get("required", False)
    if not isinstance(required, bool):
        raise ConfigError("expected true or false", (*path, "required"))
    ignore = value.get("ignore")
    if ignore is not None and (not isinstance(ignore, str) or not os.path.isabs(ignore)):
        raise ConfigError("expected the absolute path of a TypeScript file", (*path, "ignore"))
    return Shadow(candidate, _read_share(sample, (*path, "sample")), str(sample), required, ignore)


def _read_named(value: Mapping[str, Any], path: Path, form: str, config: Any) -> Named:
    typescript, python = value.get("typescript"), value.get("module")
    if (typescript is None) == (python is None):
        raise ConfigError(form, path)
    if python is not None:
        if not isinstance(python, str) or not _CLASS.fullmatch(python):
            raise ConfigError("expected the dotted path of a Python class", (*path, "module"))
        return Named(None, python, config)
    if not isinstance(typescript, str) or not typescript or typescript.startswith("."):
        raise ConfigError("expected an absolute path, or the name of a package", (*path, "typescript"))
    return Named(typescript, None, {} if config is None else config)


def _read_share(value: Any, path: Path) -> float:
    matched = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]+)?)%", value) if isinstance(value, str) else None
    if matched is None or float(matched[1]) > 100:
        raise ConfigError("expected a percentage from 0% to 100%, such as 12.5%", path)
    return float(matched[1]) / 100


def _check_candidate(candidate: Named, path: Path, inherits: bool) -> None:
    """Raises `ConfigError` with the key that the operator wrote: the module's, where its configuration is inherited."""
    config_path = (*path[:-1], "config") if inherits else (*path, "config")
    try:
        if candidate.typescript is not None:
            _check_json(candidate.config, config_path)
        else:
            _check_keys(candidate.config, config_path, _JSON_KEYS)
    except ConfigError as error:
        if not inherits:
            raise
        raise ConfigError(f"{error.msg}. {_INHERITED % '.'.join((*path, 'config'))}", error.path) from error


def _check_json(config: Any, path: Path) -> None:
    _check_keys(config, path, str)
    try:
        json.dumps(config, allow_nan=False)
    except (TypeError, ValueError) as error:
        # The value itself may be a secret.
        raise ConfigError("holds a value that JSON cannot say: write dates in quotes", path) from error


def _check_keys(value: Any, path: Path, types: type | tuple[type, ...]) -> None:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, types):
                raise ConfigError(f"a key is a {type(key).__name__}: write it in quotes", path)
            _check_keys(member, (*path, str(key)), types)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _check_keys(member, (*path, str(index)), types)
