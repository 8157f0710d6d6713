"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import pytest
from synapse.module_api import MediaUploadLimit
from synapse.module_api.errors import SynapseError

ALICE = "@alice:example.test"
BOB = "@bob:example.test"
CONFIG = {"newcomers": [BOB], "max_size": "100K", "time_period": "1h"}
LIMIT = MediaUploadLimit(max_bytes=102_400, time_period_ms=3_600_000)


@pytest.fixture
def newcomers(media_bridge):
    return media_bridge.load("newcomers.Newcomers", CONFIG)


def test_a_newcomer_has_the_limit_of_the_configuration(newcomers):
    assert newcomers.call("get_media_upload_limits_for_user", BOB, 1000) == [LIMIT]


def test_another_user_is_left_to_the_next_module(newcomers):
    assert newcomers.call("get_media_upload_limits_for_user", ALICE, 1000) is None


def test_a_newcomer_is_told_how_much_is_left(newcomers):
    with pytest.raises(SynapseError, match="Newcomers may upload 2400 more bytes for now"):
        newcomers.call("on_media_upload_limit_exceeded", BOB, LIMIT, 100_000, 5_000)
    assert newcomers.call("on_media_upload_limit_exceeded", ALICE, LIMIT, 100_000, 5_000) is None


def test_a_newcomer_is_refused_in_a_whole_service_as_well(media_bridge):
    service = media_bridge.start_service({"module": "newcomers.Newcomers", "config": CONFIG})
    assert service.upload(BOB, bytes(60_000)).media_id is not None
    refused = service.upload(BOB, bytes(60_000))
    assert refused.status == 403
    assert refused.body == {"errcode": "M_FORBIDDEN", "error": "Newcomers may upload 42400 more bytes for now"}
    assert service.upload(ALICE, bytes(60_000)).status == 200
