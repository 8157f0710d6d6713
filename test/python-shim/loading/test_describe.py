"""What `media-bridge port` is told of a module: shapes, sources, and no text of its configuration."""

import json

import pytest
from bridge_child import CallError

SECRET = "swordfish"


def describe(child, module, config):
    child.load((module, json.dumps(config) if not isinstance(config, str) else config))
    return child.call("describe", {"index": 0})


def test_a_configuration_is_told_as_types_names_and_numbers(child):
    answer = describe(child, "described.Plans", {"max": 5, "ratio": 2.5, "on": True, "label": SECRET, "none": None})
    assert answer["config"] == {
        "is": "map",
        "members": [
            ["max", {"is": "int", "value": "5"}],
            ["ratio", {"is": "float", "value": "2.5"}],
            ["on", {"is": "bool", "value": "true"}],
            ["label", {"is": "str"}],
            ["none", {"is": "none"}],
        ],
    }
    parsed = answer["parsed"]
    assert (parsed["is"], parsed["name"]) == ("object", "Settings")
    assert [name for name, _ in parsed["members"]] == ["max", "words"]
    assert SECRET not in json.dumps(answer)


def test_sources_come_without_their_indentation_and_only_where_there_are_any(child):
    answer = describe(child, "described.Plans", {"max": 5})
    assert answer["parse_config"].startswith("@staticmethod\ndef parse_config(config):\n    ")
    allowed, media_config, limits = answer["callbacks"]
    assert allowed["name"] == "Plans.allowed"
    assert allowed["source"].startswith("async def allowed(self, user, size):\n    return")
    assert (media_config["kind"], media_config["nth"]) == ("get_media_config_for_user", 0)
    assert limits["source"] is None


def test_a_value_without_end_and_one_of_many_members_are_cut(child):
    answer = describe(child, "described.Endless", {str(number): number for number in range(5000)})
    assert len(answer["config"]["members"]) < 2001
    depth, shape = 0, answer["parsed"]
    while shape["is"] == "map":
        depth, shape = depth + 1, shape["members"][0][1]
    assert (depth, shape["is"]) == (17, "other")


def test_a_module_that_is_not_constructed_is_not_described(child):
    with pytest.raises(CallError):
        child.call("describe", {"index": 0})
