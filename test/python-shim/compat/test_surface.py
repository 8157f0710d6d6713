"""Every name that a module could import from these packages of Synapse's works here, or says truly that it does not.

The surface was read from Synapse 1.163.2 by read_surface.py; where a real Synapse is installed, it is read again.
"""

import importlib
import inspect
import json
import subprocess
from pathlib import Path

import pytest
from signatures import find_refused

FOLDER = Path(__file__).parent
SURFACE = json.loads((FOLDER / "surface-1.163.json").read_text())
FACTS = FOLDER.parents[2] / "python-shim" / "media_bridge_shim" / "api" / "absent" / "synapse_names.json"
SYNAPSE = FOLDER.parents[2] / ".synapse" / "bin" / "python"
ONLY_THERE = "is not supported by the media service: only Synapse itself has it"

# Modules are handed them and make none of their own, so that their constructors may differ.
HANDED = {
    "AccountDataManager",
    "CachedFunction",
    "DatabasePool",
    "MediaRepository",
    "ModuleApi",
    "PublicRoomListManager",
    "RootConfig",
}


def find_module(path):
    try:
        return importlib.import_module(path)
    except ImportError as error:
        assert str(error).startswith(f"{path} {ONLY_THERE}"), error
        return None


@pytest.mark.parametrize("path", sorted(SURFACE["names"]))
def test_every_name_can_be_imported_or_says_that_only_synapse_has_it(path):
    module = find_module(path)
    for name in SURFACE["names"][path]:
        if module is not None and hasattr(module, name):
            continue
        with pytest.raises(ImportError) as raised:
            exec(f"from {path} import {name}", {})
        assert f"{ONLY_THERE}" in str(raised.value)
        assert path in str(raised.value)


@pytest.mark.parametrize("path", sorted(path for path, names in SURFACE["names"].items() if names))
def test_what_can_be_imported_accepts_every_call_that_synapse_accepts(path):
    module = find_module(path)
    refused = {}
    for name, entry in SURFACE["names"][path].items():
        found = getattr(module, name, None)
        if entry is None or found is None or hasattr(found, "is_refused"):
            continue
        refused |= {f"{name}{called}": found for called, found in compare(name, found, entry).items() if found}
    assert refused == {}


def test_a_name_that_works_in_one_module_works_in_every_module_that_has_it():
    here = {path: module for path in SURFACE["names"] if (module := find_module(path)) is not None}
    working = {
        name
        for path, module in here.items()
        for name in SURFACE["names"][path]
        if hasattr(module, name) and not hasattr(getattr(module, name), "is_refused")
    }
    missing = [
        f"{path}.{name}"
        for path, module in here.items()
        for name in SURFACE["names"][path]
        if name in working and not hasattr(module, name)
    ]
    assert missing == []


def compare(name, found, entry):
    if isinstance(entry, list):
        return {"": find_refused(entry, found)}
    members = {}
    if entry["call"] is not None and name not in HANDED and not getattr(found, "_is_protocol", False):
        members[""] = find_refused(entry["call"], found)
    for member, parameters in entry["members"].items():
        attribute = inspect.getattr_static(found, member, None)
        if parameters is None or (attribute is None and hasattr(found, "__getattr__")):
            # A field of instances, or a class that says what it lacks when that is touched.
            continue
        if attribute is None:
            members[f".{member}"] = ["is missing"]
        else:
            skip = 0 if isinstance(attribute, (staticmethod, classmethod)) else 1
            members[f".{member}"] = find_refused(parameters, getattr(found, member), skip)
    return members


def test_the_service_knows_the_names_that_the_surface_has():
    facts = json.loads(FACTS.read_text())
    names = {path: sorted(entries) for path, entries in SURFACE["names"].items()}
    assert facts == {**{key: SURFACE[key] for key in ("release", "modules", "members")}, "names": names}


@pytest.mark.skipif(not SYNAPSE.exists(), reason="Synapse is not installed in .synapse")
def test_the_surface_is_that_of_a_real_synapse():
    command = [str(SYNAPSE), str(FOLDER / "read_surface.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout) == SURFACE
