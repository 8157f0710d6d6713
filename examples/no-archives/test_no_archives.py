"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import pytest
from synapse.module_api import NOT_SPAM
from synapse.module_api.errors import SynapseError

ALICE = "@alice:example.test"
ADMIN = "@admin:example.test"
ZIPS = [b"PK\x03\x04...", b"PK\x05\x06...", b"PK\x07\x08..."]


@pytest.fixture
def no_archives(media_bridge):
    media_bridge.answer("is_user_admin", lambda user_id: user_id == ADMIN)
    return media_bridge.load("no_archives.NoArchives")


@pytest.mark.parametrize("content", ZIPS)
def test_only_an_administrator_uploads_a_zip_file(no_archives, content):
    assert no_archives.call("check_media_file_for_spam", content, requester=ADMIN) == NOT_SPAM
    for requester in (ALICE, None):
        with pytest.raises(SynapseError, match="ZIP files cannot be shared here"):
            no_archives.call("check_media_file_for_spam", content, requester=requester)


@pytest.mark.parametrize("content", [b"a text", b"PK", b""])
def test_any_other_file_is_let_in_without_a_question_to_the_homeserver(media_bridge, content):
    media_bridge.answer("is_user_admin", AssertionError("asked"))
    module = media_bridge.load("no_archives.NoArchives")
    assert module.call("check_media_file_for_spam", content, requester=ALICE) == NOT_SPAM


def test_an_outage_of_the_homeserver_makes_no_user_an_administrator(media_bridge):
    media_bridge.answer("is_user_admin", RuntimeError("down"))
    module = media_bridge.load("no_archives.NoArchives")
    with pytest.raises(RuntimeError, match="down"):
        module.call("check_media_file_for_spam", ZIPS[0], requester=ADMIN)
