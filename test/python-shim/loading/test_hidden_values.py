"""What errors of Python modules hide; the host's side is test/modules/hiding/hidden-values.test.ts."""

import json
from datetime import date
from pathlib import Path

import pytest
from media_bridge_shim.answers.errors import make_load_error
from media_bridge_shim.answers.hidden_values import hide_values

VECTORS = json.loads((Path(__file__).parents[2] / "fixtures/hidden-values.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_in_an_error_of_a_python_module(vector):
    assert hide_values(vector["text"], vector["config"]) == vector["hidden"]


def test_a_value_is_hidden_as_its_repr_shows_it():
    config = {"password": 'it\'s "quoted"\\', "day": date(2024, 5, 6)}
    text = f"{config['password']!r}, {config['day']!r}, {config['day']}"
    assert hide_values(text, config) == "'<value>', <value>, <value>"


def test_no_half_of_a_value_is_left_where_a_text_is_cut():
    config = {"password": "hunter22" * 4}
    for length in range(4096 - 40, 4096 + 8):
        wire = make_load_error(ValueError("x" * length + " " + config["password"]), 0, "construct", config)
        assert "hunter" not in wire["message"] + wire["traceback"]


def test_values_are_hidden_in_causes():
    config = {"password": "hunter22"}
    try:
        try:
            raise ValueError("hunter22 is wrong")
        except ValueError as error:
            raise RuntimeError("cannot log in with hunter22") from error
    except RuntimeError as error:
        wire = make_load_error(error, 0, "construct", config)
    assert "is wrong" in wire["traceback"]
    # The line of code that raised is quoted as well.
    assert "hunter22" not in wire["message"] + wire["traceback"]


def test_a_value_is_hidden_as_the_repr_of_its_bytes_shows_it():
    config = {"password": "hunter22é"}
    assert hide_values(f"cannot send {config['password'].encode()!r}", config) == "cannot send b'<value>'"


def test_a_value_is_hidden_in_the_name_of_an_error():
    error = type("No hunter22", (Exception,), {})("x")
    wire = make_load_error(error, 0, "construct", {"password": "hunter22"})
    assert wire["type"] == "No <value>"
    assert "hunter22" not in wire["traceback"]
