"""The entries under `modules` of the package's configuration, and what is wrong with them."""

import datetime
import json

import pytest
from synapse.module_api.errors import ConfigError
from synapse_media_bridge_module.shared.settings import read_settings

TODAY = datetime.date(2026, 1, 2)
TYPESCRIPT = {"typescript": "/etc/limits.ts"}
PYTHON = {"module": "a.b.Class", "config": {"most": 1.5}}


def settings_with(entry, **more):
    return read_settings({"modules": [entry], "data_path": "/var/lib/shadows", **more})


def shadow(**keys):
    return {**PYTHON, "shadow": {**TYPESCRIPT, **keys}}


@pytest.mark.parametrize(
    "entry, path, words",
    [
        ({}, "modules.0", "expected { typescript"),
        ({**TYPESCRIPT, **PYTHON}, "modules.0", "expected { typescript"),
        ({"module": "NoDots"}, "modules.0.module", "dotted path"),
        ({"module": "a.b-c"}, "modules.0.module", "dotted path"),
        ({"module": 5}, "modules.0.module", "dotted path"),
        ({**PYTHON, "shadow": []}, "modules.0.shadow", "expected { typescript"),
        ({**PYTHON, "shadow": {}}, "modules.0.shadow", "expected { typescript"),
        ({**PYTHON, "shadow": {**TYPESCRIPT, "module": "a.B"}}, "modules.0.shadow", "expected { typescript"),
        ({**PYTHON, "shadow": {"typescript": "./limits.ts"}}, "modules.0.shadow.typescript", "absolute path"),
        (shadow(smaple="1%"), "modules.0.shadow.smaple", "unknown key; known are config, ignore, module"),
        (shadow(decide="10%"), "modules.0.shadow.decide", "exchange the two modules"),
        (shadow(sample="101%"), "modules.0.shadow.sample", "from 0% to 100%"),
        (shadow(sample="-1%"), "modules.0.shadow.sample", "from 0% to 100%"),
        (shadow(sample="٣%"), "modules.0.shadow.sample", "from 0% to 100%"),
        (shadow(sample=1), "modules.0.shadow.sample", "from 0% to 100%"),
        (shadow(required="yes"), "modules.0.shadow.required", "true or false"),
        (shadow(ignore="./ignore.ts"), "modules.0.shadow.ignore", "absolute path"),
        (shadow(config={1: 2}), "modules.0.shadow.config", "in quotes"),
        ({**TYPESCRIPT, "config": {1: 2}}, "modules.0.config", "a key is a int: write it in quotes"),
        (
            {"module": "a.B", "config": {"a": {TODAY: 1}}, "shadow": TYPESCRIPT},
            "modules.0.config.a",
            "a key is a date: write it in quotes. The shadow gets this configuration of the module, since it has none "
            "of its own: it can have one in modules.0.shadow.config",
        ),
        (
            {"module": "a.B", "config": {"a": TODAY}, "shadow": TYPESCRIPT},
            "modules.0.config",
            "write dates in quotes. The shadow gets this configuration",
        ),
        (
            {**TYPESCRIPT, "shadow": {"module": "a.B", "config": [{TODAY: 1}]}},
            "modules.0.shadow.config.0",
            "a key is a date",
        ),
        (
            {"module": "a.B", "config": {TODAY: 1}, "shadow": {"module": "a.C"}},
            "modules.0.config",
            "it can have one in modules.0.shadow.config",
        ),
    ],
)
def test_a_wrong_entry_is_named_with_what_is_expected(entry, path, words):
    with pytest.raises(ConfigError) as raised:
        settings_with(entry)
    assert ".".join(raised.value.path) == path
    assert words in str(raised.value)


@pytest.mark.parametrize("data_path, words", [(None, "a shadow needs the absolute path"), ("data", "expected the abs")])
def test_a_shadow_needs_a_folder(data_path, words):
    with pytest.raises(ConfigError, match=words) as raised:
        settings_with(shadow(), data_path=data_path)
    assert raised.value.path == ("data_path",)


def test_a_shadow_has_the_configuration_of_its_module_unless_it_has_its_own():
    for keys, config in (({}, PYTHON["config"]), ({"config": None}, {}), ({"config": {"x": 1}}, {"x": 1})):
        (entry,) = settings_with(shadow(**keys)).entries
        assert entry.shadow.to_config() == {**TYPESCRIPT, "config": config, "sample": "100%", "required": False}


@pytest.mark.parametrize("text, share", [("0%", 0), ("12.5%", 0.125), ("100%", 1)])
def test_a_sample_is_a_share(text, share):
    assert settings_with(shadow(sample=text)).entries[0].shadow.sample == share


@pytest.mark.parametrize(
    "entry, decides, requires",
    [
        (TYPESCRIPT, True, True),
        (PYTHON, False, False),
        (shadow(), False, False),
        (shadow(required=True), False, True),
    ],
)
def test_node_is_required_where_it_decides_or_a_shadow_is_required(entry, decides, requires):
    settings = settings_with(entry)
    assert (settings.decides_in_node, settings.requires_node) == (decides, requires)


def test_what_differs_between_processes_of_one_socket_is_told_to_node():
    wires = [settings_with(shadow(sample=sample)).entries[0].to_wire() for sample in ("100%", "50%")]
    assert wires[0] != wires[1]
    assert all(wire["python"] == "a.b.Class" and json.loads(wire["shadow"]) for wire in wires)


def test_a_python_shadow_may_have_dates_and_numbers_that_a_typescript_one_may_not():
    (entry,) = settings_with({**PYTHON, "config": {1: TODAY}, "shadow": {"module": "a.b.Other"}}).entries
    assert json.loads(entry.to_wire()["shadow"])["config"] == {"1": "2026-01-02"}
