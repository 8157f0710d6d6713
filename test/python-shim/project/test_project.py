"""What `pyproject.toml` and the README say of the shim."""

import re
from pathlib import Path

import pytest
from media_bridge_shim.process.environment import NEEDED, OLDEST_PYTHON

SHIM = Path(__file__).parents[3] / "python-shim"


def test_the_project_needs_what_the_child_looks_for_at_its_start():
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((SHIM / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=" + ".".join(map(str, OLDEST_PYTHON))
    assert sorted(project["dependencies"], key=str.lower) == sorted((name for _, name in NEEDED), key=str.lower)


def test_every_distribution_that_the_project_needs_is_pinned():
    pinned = {line.partition("==")[0].replace("_", "-").lower() for line in (SHIM / "requirements.txt").open()}
    assert {name.lower() for _, name in NEEDED} <= pinned


def test_the_readme_names_every_file_and_every_folder_of_the_child():
    named = set(re.findall(r"`(?:media_bridge_shim/)?(\w+)`", (SHIM / "README.md").read_text()))
    child = SHIM / "media_bridge_shim"
    paths = [path for path in child.rglob("*") if not path.name.startswith("__") and "__pycache__" not in path.parts]
    # Of these the README names the folders alone: their files bear the names of what modules import.
    as_a_whole = {"api", "database", "providers", "web"}
    there = {p.stem for p in paths if p.is_dir() or p.relative_to(child).parts[0] not in as_a_whole}
    assert there - named == set()


def test_the_wheel_for_synapse_has_every_folder_of_its_package():
    tomllib = pytest.importorskip("tomllib")
    project = SHIM / "synapse_media_bridge_module"
    packages = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {path.parent.relative_to(SHIM) for path in project.rglob("*.py")}
    # What it shares with the shim is its codec alone.
    shared = {Path("media_bridge_shim"), Path("media_bridge_shim/wire")}
    assert sorted(packages) == sorted(".".join(folder.parts) for folder in folders | shared)
    assert [str(folder) for folder in folders if not (SHIM / folder / "__init__.py").exists()] == []
