"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import pytest
from synapse.module_api import MediaUploadLimit
from synapse.module_api.errors import SynapseError

ALICE = "@alice:example.test"
BOB = "@bob:example.test"
DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def tiers(media_bridge):
    return media_bridge.load("tiers.Tiers", {"default": 100, "tiers": {ALICE: 1000}})


@pytest.mark.parametrize(("user", "size"), [(ALICE, 1000), (BOB, 100)])
def test_a_tier_decides_over_sizes_and_days(tiers, user, size):
    assert tiers.call("get_media_config_for_user", user) == {"m.upload.size": size}
    assert tiers.call("is_user_allowed_to_upload_media_of_size", user, size)
    assert not tiers.call("is_user_allowed_to_upload_media_of_size", user, size + 1)
    assert tiers.call("get_media_upload_limits_for_user", user, 1) == [MediaUploadLimit(2 * size, DAY_MS)]


def test_a_user_without_a_tier_is_told_what_is_left(tiers):
    limit = MediaUploadLimit(200, DAY_MS)
    with pytest.raises(SynapseError, match="Enough for today"):
        tiers.call("on_media_upload_limit_exceeded", BOB, limit, 150, 60)
    assert tiers.call("on_media_upload_limit_exceeded", ALICE, limit, 150, 60) is None
