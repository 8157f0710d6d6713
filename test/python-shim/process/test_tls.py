"""TLS in the child: not loaded until it is used, and whole from then on."""

import json

import pytest

CONFIG = "get_media_config_for_user"


@pytest.mark.parametrize("way", ["connectSSL and listenSSL", "startTLS"])
def test_a_module_that_the_child_loads_without_tls_can_speak_it_from_the_first_use_on(child, way):
    child.load(("encrypted.Module", {"way": way}))
    for _ in range(2):
        decided, value, reports = child.run(CONFIG, "@a:b")
        assert decided == 0, reports
        assert json.loads(value) == {"loaded before": [], "answer": ["HELLO", True]}
