"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import pytest
from synapse.config._base import ConfigError
from synapse.module_api import MediaUploadLimit, UserID, UserInfo
from synapse.module_api.errors import SynapseError

ALICE = "@alice:example.test"
ADMIN = "@admin:example.test"
BRIDGED = "@bridged_carol:example.test"
BOB = "@bob:example.test"
GUEST = "@guest:guests.test"
HELP = "https://example.test/help"
DAY_MS = 24 * 60 * 60 * 1000
DAY = MediaUploadLimit(max_bytes=1000, time_period_ms=DAY_MS)
HOUR = MediaUploadLimit(max_bytes=500, time_period_ms=60 * 60 * 1000)
CONFIG = {
    "help": HELP,
    "rules": [
        {"users": [ALICE], "max_size": "1K", "limits": [{"max_size": 1000, "time_period": "1d"}]},
        {"admins": True, "limits": []},
        {"appservices": True, "max_size": 2**53 + 1},
        {"servers": ["example.test"], "max_size": 10, "limits": [{"max_size": 500, "time_period": "1h"}]},
    ],
}


@pytest.fixture
def rules(media_bridge):
    media_bridge.answer("is_user_admin", lambda user_id: user_id == ADMIN)
    media_bridge.answer("get_userinfo_by_id", lambda user_id: make_account(user_id) if user_id == BRIDGED else None)
    return media_bridge.load("upload_rules.UploadRules", CONFIG)


def make_account(user_id):
    return UserInfo(
        user_id=UserID.from_string(user_id),
        appservice_id=7,
        creation_ts=0,
        consent_server_notice_sent=None,
        consent_version=None,
        consent_ts=None,
        user_type=None,
        is_admin=False,
        is_deactivated=False,
        is_guest=False,
        is_shadow_banned=False,
        approved=True,
        locked=False,
        suspended=False,
    )


@pytest.mark.parametrize(
    ("user", "max_size", "limits"),
    [(ALICE, 1024, [DAY]), (ADMIN, None, []), (BRIDGED, 2**53 + 1, None), (BOB, 10, [HOUR]), (GUEST, None, None)],
)
def test_the_first_rule_for_a_user_decides(rules, user, max_size, limits):
    config = None if max_size is None else {"m.upload.size": max_size, "org.example.help": HELP}
    assert rules.call("get_media_config_for_user", user) == config
    assert rules.call("get_media_upload_limits_for_user", user, 1) == limits
    assert rules.call("is_user_allowed_to_upload_media_of_size", user, max_size or 2**60)
    assert rules.call("is_user_allowed_to_upload_media_of_size", user, 2**60) is (max_size is None)
    if max_size is not None:
        assert not rules.call("is_user_allowed_to_upload_media_of_size", user, max_size + 1)


@pytest.mark.parametrize(
    ("period_ms", "words"),
    [(DAY_MS, "1 day"), (2 * DAY_MS, "2 days"), (3_600_000, "1 hour"), (90_000, "90 seconds"), (1500, "1500 ms")],
)
def test_a_user_of_a_rule_with_limits_is_told_what_is_left(rules, period_ms, words):
    limit = MediaUploadLimit(max_bytes=1000, time_period_ms=period_ms)
    with pytest.raises(SynapseError, match=f"You may upload 100 more bytes within {words}") as refusal:
        rules.call("on_media_upload_limit_exceeded", ALICE, limit, 900, 101)
    fields = refusal.value.error_dict(None)
    assert fields["info_uri"] == HELP
    assert (fields["org.example.left"], fields["org.example.attempted"]) == (100, 101)


@pytest.mark.parametrize("user", [ADMIN, BRIDGED, GUEST])
def test_a_limit_of_another_module_keeps_its_own_words(rules, user):
    assert rules.call("on_media_upload_limit_exceeded", user, DAY, 900, 101) is None


def test_an_outage_of_the_homeserver_makes_no_user_an_administrator(media_bridge):
    media_bridge.answer("is_user_admin", RuntimeError("down"))
    rules = media_bridge.load("upload_rules.UploadRules", CONFIG)
    with pytest.raises(RuntimeError, match="down"):
        rules.call("is_user_allowed_to_upload_media_of_size", BOB, 1)


@pytest.mark.parametrize("rule", [{"user": [ALICE]}, {"max_size": "1X"}, {"limits": [{"max_size": 1}]}])
def test_a_mistake_in_a_rule_ends_the_start(media_bridge, rule):
    with pytest.raises((ConfigError, ValueError, KeyError)):
        media_bridge.load("upload_rules.UploadRules", {"help": HELP, "rules": [rule]})
