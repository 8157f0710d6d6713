"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import pytest

ALICE = "@alice:example.test"
BOB = "@bob:example.test"


@pytest.fixture
def small_files(media_bridge):
    return media_bridge.load("small_files.SmallFiles", {"max_size": "1K", "unlimited": [ALICE]})


@pytest.mark.parametrize(("user", "size", "allowed"), [(BOB, 1024, True), (BOB, 1025, False), (ALICE, 10**9, True)])
def test_large_files_are_for_unlimited_users(small_files, user, size, allowed):
    assert small_files.call("is_user_allowed_to_upload_media_of_size", user, size) is allowed


def test_clients_of_limited_users_are_told_the_size(small_files):
    assert small_files.call("get_media_config_for_user", BOB) == {"m.upload.size": 1024}
    assert small_files.call("get_media_config_for_user", ALICE) is None
