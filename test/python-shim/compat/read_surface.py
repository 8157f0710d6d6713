"""Reads what modules can import from a real Synapse: `python read_surface.py` prints names and signatures as JSON.

`{"release", "names": {module: {name: entry}}, "members": {class: [name, …]}, "modules": [path, …]}`. An entry is null
for a plain value, a list of parameters for a function, and for a class
`{"call": parameters or null, "members": {name: parameters or null}}`. Parameters are written as in Python: `a`, `b=`,
`*`, `*args`, `c`, `**kwargs`. Where an argument names a file, the names alone go there, as the service reads them.
"""

import importlib
import importlib.metadata
import inspect
import json
import re
import sys
import warnings
from pathlib import Path

from read_names import read_names

# What modules could import; of all other modules of Synapse's only the paths are read.
PACKAGES = (
    "synapse.http.client",
    "synapse.util",
    "synapse.logging",
    "synapse.media",
    "synapse.config._base",
    "synapse.rest.media",
    "synapse.module_api",
    "synapse.types",
    "synapse.api",
)
# Objects that modules are handed, whose attributes they touch.
HANDED = {
    "ModuleApi": "synapse.module_api",
    "HomeServer": "synapse.server",
    "MediaRepository": "synapse.media.media_repository",
    "EventBase": "synapse.events",
    "DatabasePool": "synapse.storage.database",
}


def main():
    warnings.simplefilter("ignore")
    synapse = importlib.import_module("synapse")
    root = Path(synapse.__file__).parent
    # Not by pkgutil, which passes over packages without an __init__.py.
    files = [path.relative_to(root.parent).with_suffix("") for path in root.rglob("*.py")]
    modules = {".".join(path.parts).removesuffix(".__init__") for path in files}
    modules |= {path.rpartition(".")[0] for path in modules if "." in path}
    modules = sorted(path for path in modules if all(part.isidentifier() for part in path.split(".")))
    names = {}
    for path in modules:
        if path in PACKAGES or path.startswith(tuple(f"{package}." for package in PACKAGES)):
            names[path] = read_module(path, root)
    members = {name: read_members(path, name) for name, path in HANDED.items()}
    release = ".".join(importlib.metadata.version("matrix-synapse").split(".")[:2])
    facts = {"release": release, "modules": modules, "members": members}
    print(json.dumps({**facts, "names": names}, separators=(",", ":")))
    if len(sys.argv) > 1:
        short = {**facts, "names": {path: sorted(entries) for path, entries in names.items()}}
        Path(sys.argv[1]).write_text(json.dumps(short, separators=(",", ":")) + "\n")


def read_module(path, root):
    try:
        module = importlib.import_module(path)
    except ImportError:
        # One that needs an optional package: its names are not known.
        return {}
    return {name: describe(getattr(module, name)) for name in read_names(path, root.joinpath(*path.split(".")[1:]))}


def describe(value):
    if not str(getattr(value, "__module__", "")).startswith("synapse") or not callable(value):
        return None
    if not inspect.isclass(value):
        return parameters(value, 0)
    members = {}
    for owner in reversed(value.__mro__):
        if not owner.__module__.startswith("synapse"):
            continue
        for name, member in vars(owner).items():
            if not name.startswith("_"):
                members[name] = parameters_of_member(value, name, member)
    return {"call": parameters(value, 0), "members": dict(sorted(members.items()))}


def parameters_of_member(owner, name, member):
    if isinstance(member, (staticmethod, classmethod)):
        return parameters(getattr(owner, name), 0)
    return parameters(member, 1) if inspect.isfunction(member) else None


def parameters(function, skip):
    try:
        listed = list(inspect.signature(function).parameters.values())[skip:]
    except (TypeError, ValueError):
        return None
    found = []
    for each in listed:
        if each.kind is each.KEYWORD_ONLY and not any(one.startswith("*") for one in found):
            found.append("*")
        stars = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        found.append(f"{stars}{each.name}{'' if each.default is each.empty else '='}")
    return found


def read_members(path, name):
    owner = getattr(importlib.import_module(path), name)
    try:
        attributes = re.findall(r"^ +self\.([a-zA-Z_]\w*)\b[^=\n]*=", inspect.getsource(owner), re.M)
    except TypeError:
        # It is not written in Python.
        attributes = []
    return sorted({each for each in (*dir(owner), *attributes) if not each.startswith("__")})


if __name__ == "__main__":
    main()
