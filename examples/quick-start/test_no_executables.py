"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import pytest
from synapse.module_api import NOT_SPAM
from synapse.module_api.errors import Codes


@pytest.mark.parametrize(
    ("content", "verdict"),
    [(b"\x7fELF...", Codes.FORBIDDEN), (b"MZ...", Codes.FORBIDDEN), (b"a text", NOT_SPAM), (b"", NOT_SPAM)],
)
def test_a_file_is_judged_by_its_first_bytes(media_bridge, content, verdict):
    module = media_bridge.load("no_executables.NoExecutables")
    assert module.call("check_media_file_for_spam", content) == verdict
