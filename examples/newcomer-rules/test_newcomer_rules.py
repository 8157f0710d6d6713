"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import pytest
from synapse.module_api import NOT_SPAM, MediaUploadLimit, UserID, UserInfo
from synapse.module_api.errors import SynapseError

NEWCOMER = "@bob:example.test"
OLD_HAND = "@alice:example.test"
STAFF = "@carol:example.test"
HELP = "https://example.test/help"
DAY_SECONDS = 86_400
AGE_IN_DAYS = {NEWCOMER: 29, OLD_HAND: 31, STAFF: 1}


@pytest.fixture
def rules(media_bridge):
    now = int(media_bridge.clock.time())
    media_bridge.answer("get_userinfo_by_id", lambda user_id: make_account(user_id, now))
    return media_bridge.load("newcomer_rules.NewcomerRules", {"staff": [STAFF], "help": HELP})


def make_account(user_id, now):
    if user_id not in AGE_IN_DAYS:
        return None
    return UserInfo(
        user_id=UserID.from_string(user_id),
        creation_ts=now - AGE_IN_DAYS[user_id] * DAY_SECONDS,
        appservice_id=None,
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


def limit_of(rules, user_id):
    limits = rules.call("get_media_upload_limits_for_user", user_id, 1)
    return None if limits is None else [limit.max_bytes for limit in limits]


def test_a_new_account_uploads_little_and_staff_much(rules):
    assert limit_of(rules, NEWCOMER) == [5_000_000]
    assert limit_of(rules, STAFF) == [1_000_000_000]
    assert limit_of(rules, OLD_HAND) is None
    assert limit_of(rules, "@unknown:example.test") is None


def test_an_account_is_new_for_thirty_days(media_bridge, rules):
    media_bridge.clock.advance(DAY_SECONDS - 1)
    assert limit_of(rules, NEWCOMER) == [5_000_000]
    media_bridge.clock.advance(1)
    assert limit_of(rules, NEWCOMER) is None


@pytest.mark.parametrize("image", [b"\x89PNG...", b"\xff\xd8\xff...", b"GIF89a..."])
def test_a_new_account_uploads_images(rules, image):
    assert rules.call("check_media_file_for_spam", image, requester=NEWCOMER) == NOT_SPAM


def test_a_new_account_is_refused_a_text_and_told_where_the_rules_are(rules):
    with pytest.raises(SynapseError, match="New accounts may upload images only") as refusal:
        rules.call("check_media_file_for_spam", b"a text", requester=NEWCOMER)
    assert refusal.value.code == 403
    assert refusal.value.error_dict(None)["info_uri"] == HELP


@pytest.mark.parametrize("requester", [OLD_HAND, STAFF, None])
def test_other_accounts_and_other_servers_upload_texts(rules, requester):
    assert rules.call("check_media_file_for_spam", b"a text", requester=requester) == NOT_SPAM


def test_a_new_account_over_its_limit_is_told_what_is_left(rules):
    limit = MediaUploadLimit(max_bytes=5_000_000, time_period_ms=DAY_SECONDS * 1000)
    with pytest.raises(SynapseError, match="You may upload 1000 more bytes today"):
        rules.call("on_media_upload_limit_exceeded", NEWCOMER, limit, 4_999_000, 2_000)
