"""Our names beside those of Synapse 1.163.2, read from a real one by `inspect`."""

import importlib
import inspect
import json
from pathlib import Path

import pytest

NAMES = json.loads((Path(__file__).parent / "names-1.163.json").read_text())

MODULES = sorted(
    ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    for root in [Path(__file__).resolve().parents[3] / "python-shim" / "compat"]
    for path in root.rglob("*.py")
)


def parameters(function, skip):
    listed = list(inspect.signature(function).parameters.values())[skip:]
    return [p.name + ("=" if p.default is not p.empty else "") for p in listed if p.kind is not p.VAR_KEYWORD]


def plain(names):
    return [name for name in names if name not in ("kwargs",)]


@pytest.mark.parametrize("name", MODULES)
def test_every_package_is_importable_and_has_what_it_lists(name):
    module = importlib.import_module(name)
    for listed in getattr(module, "__all__", ()):
        getattr(module, listed)


def test_module_api_has_every_member_of_synapse():
    from synapse.module_api import ModuleApi

    assert len(NAMES["module_api_members"]) == 67
    assert [name for name in NAMES["module_api_members"] if name not in dir(ModuleApi)] == []


def test_every_name_that_synapse_publishes_in_module_api_can_be_imported():
    module = importlib.import_module("synapse.module_api")
    assert [name for name in NAMES["module_api_all"] if not hasattr(module, name)] == []
    errors = importlib.import_module("synapse.module_api.errors")
    assert sorted(NAMES["module_api_errors"]) == sorted(errors.__all__)


@pytest.mark.parametrize("method", sorted(NAMES["register_keywords"]))
def test_register_methods_take_synapses_keywords_and_nothing_by_position(method):
    from media_bridge_shim.callbacks.callback_names import EXTENSIONS
    from synapse.module_api import ModuleApi

    signature = inspect.signature(getattr(ModuleApi, method))
    extensions = [f"{name}=" for name in EXTENSIONS.get(method[len("register_") : -len("_callbacks")], ())]
    assert parameters(getattr(ModuleApi, method), 1) == NAMES["register_keywords"][method] + extensions
    assert {p.kind for p in list(signature.parameters.values())[1:]} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("method", sorted(NAMES["method_parameters"]))
def test_supported_methods_have_synapses_parameters(method):
    from media_bridge_shim.callbacks.callback_names import UNSUPPORTED_METHODS
    from synapse.module_api import ModuleApi

    if method not in UNSUPPORTED_METHODS:
        assert plain(parameters(getattr(ModuleApi, method), 1)) == plain(NAMES["method_parameters"][method])


def test_codes_are_synapses():
    from synapse.api.errors import Codes

    assert {name: code.value for name, code in Codes.__members__.items()} == NAMES["codes"]
    assert Codes.FORBIDDEN == "M_FORBIDDEN"


@pytest.mark.parametrize("name", sorted(NAMES["error_bases"]))
def test_errors_are_constructed_and_derived_as_synapses(name):
    errors = importlib.import_module("synapse.api.errors")
    ours = getattr(errors, name)
    assert [base.__name__ for base in ours.__mro__[1:-1]] == NAMES["error_bases"][name]
    if name in NAMES["error_parameters"]:
        assert parameters(ours, 0) == NAMES["error_parameters"][name]


@pytest.mark.parametrize("method", sorted(NAMES["http_client_parameters"]))
def test_the_http_client_has_synapses_parameters(method):
    from synapse.http.client import SimpleHttpClient

    assert parameters(getattr(SimpleHttpClient, method), 1) == NAMES["http_client_parameters"][method]


@pytest.mark.parametrize("name", sorted(NAMES["callback_names"]))
def test_callback_types_are_importable(name):
    module = importlib.import_module(f"synapse.module_api.callbacks.{name}")
    assert [listed for listed in NAMES["callback_names"][name] if not hasattr(module, listed)] == []


def test_upload_limits_have_synapses_fields_in_synapses_order():
    from synapse.module_api import MediaUploadLimit

    assert parameters(MediaUploadLimit, 0) == NAMES["media_upload_limit"]


def test_file_paths_have_synapses_methods():
    from synapse.media.filepath import MediaFilePaths

    assert [name for name in NAMES["file_paths"] if not hasattr(MediaFilePaths, name)] == []
