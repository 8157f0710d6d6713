"""`shadows.yaml`, which the package writes for Node: what is in it, and what a write that fails leaves."""

import contextlib
import os
import resource
import site
import sys
import types

import pytest
import yaml
from synapse.module_api.errors import ConfigError
from synapse_media_bridge_module.module import Loaded, TypeScriptModules
from synapse_media_bridge_module.shadows.shadow_config import write_shadow_config
from synapse_media_bridge_module.shared.errors import StartFailed
from synapse_media_bridge_module.shared.settings import read_settings
from twisted.internet.testing import MemoryReactorClock


class Module:
    def __init__(self, config, api):
        pass


def settings_in(folder, **more):
    shadow = {"typescript": "/etc/limits.ts"}
    return read_settings({"modules": [{"module": "a.B", "shadow": shadow}], "data_path": str(folder), **more})


class SynapseApi:
    """What is read of Synapse's ModuleApi."""

    server_name, public_baseurl = "example.test", None

    def __init__(self, folder):
        args = {"database": str(folder / "homeserver.db")}
        database = types.SimpleNamespace(databases=["main"], config={"name": "sqlite3", "args": args})
        media = types.SimpleNamespace(max_upload_size=10, media_store_path=str(folder), can_load_media_repo=True)
        config = types.SimpleNamespace(media=media, database=types.SimpleNamespace(databases=[database]))
        reactor = MemoryReactorClock()
        self._hs = types.SimpleNamespace(config=config, get_reactor=lambda: reactor)


def write(folder, **more):
    with open(write_shadow_config(settings_in(folder / "data", **more), SynapseApi(folder))) as file:
        return yaml.safe_load(file)


@contextlib.contextmanager
def full_disk():
    """No file of this process grows beyond some bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_file_names_the_database_and_the_modules_for_this_user_alone(tmp_path):
    written = write(tmp_path)
    assert written["media_bridge"]["homeserver"]["database"]["name"] == "sqlite3"
    assert written["media_bridge"]["modules"][0]["module"] == "a.B"
    data = tmp_path / "data"
    assert [path.stat().st_mode & 0o777 for path in (data, data / "shadows.yaml")] == [0o700, 0o600]


def test_a_write_that_fails_leaves_no_password_behind(tmp_path):
    with full_disk(), pytest.raises(StartFailed, match="data_path: .* cannot be written: File too large"):
        write(tmp_path)
    assert os.listdir(tmp_path / "data") == []


def test_a_place_that_cannot_be_taken_leaves_no_password_behind(tmp_path):
    (tmp_path / "data" / "shadows.yaml").mkdir(parents=True)
    with pytest.raises(StartFailed, match="cannot be written: Is a directory"):
        write(tmp_path)
    assert os.listdir(tmp_path / "data") == ["shadows.yaml"]


def test_another_interpreter_is_not_given_the_packages_of_synapses(tmp_path, monkeypatch):
    modules = tmp_path / "modules"
    others = tmp_path / "site-packages"
    for folder in (modules, others):
        folder.mkdir()
    # As in an environment that sees the packages of the system.
    (packages, *_) = filter(os.path.isdir, site.getsitepackages([sys.base_prefix]))
    monkeypatch.setattr(sys, "path", [str(modules), str(others), packages, *sys.path])
    paths = {}
    for python in (None, sys.executable, "/usr/bin/another-python"):
        written = write(tmp_path, python=python)["media_bridge"]["python"]
        assert written["executable"] == (python or sys.executable)
        paths[python] = written["path"]
    assert {str(modules), str(others), packages} <= set(paths[None])
    assert paths[sys.executable] == paths[None]
    assert paths["/usr/bin/another-python"] == [path for path in paths[None] if path != packages]


def test_two_entries_may_not_have_one_folder_by_two_names(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "data")

    def start(name):
        TypeScriptModules(Loaded(settings_in(tmp_path / name), {0: (Module, None)}), SynapseApi(tmp_path))

    start("data")
    with pytest.raises(ConfigError, match="other is that of another entry of modules:"):
        start("other")
