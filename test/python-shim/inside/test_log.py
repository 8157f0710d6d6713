"""Lines of Node's log: the names under which Synapse's log has them, by which an operator sets their levels."""

import json
import logging

import pytest
from hostile_node import HostileNode
from synapse_media_bridge_module.connection.log import log_line


@pytest.fixture
def logged(caplog):
    """Says a notification as Node does, and returns the records of Synapse's log."""
    caplog.set_level(logging.DEBUG)
    node = HostileNode(notifications={"log": log_line})

    def say(params):
        node.say([2, "log", params])
        node.channel.pump(5)
        return [(record.name, record.levelname, record.getMessage()) for record in caplog.records]

    yield say
    node.close()


def test_a_line_of_a_module_is_logged_under_the_package_and_the_name_of_the_module(logged):
    line = json.dumps({"level": 40, "time": 1, "module": "limits", "msg": "too large", "bytes": 5})
    assert logged({"line": line}) == [("synapse_media_bridge_module.limits", "WARNING", 'too large {"bytes": 5}')]


def test_a_line_without_a_module_is_logged_under_the_package(logged):
    line = json.dumps({"level": 30, "msg": "ready"})
    assert logged({"line": line}) == [("synapse_media_bridge_module", "INFO", "ready")]


@pytest.mark.parametrize("params", [{}, {"line": 5}, {"line": "{"}, {"line": "[]"}])
def test_a_line_in_another_form_is_told_under_the_package(logged, params):
    words = "Node sent a line of its log in another form"
    assert logged(params) == [("synapse_media_bridge_module", "WARNING", words)]
