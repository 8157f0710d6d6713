"""Values: errors, identifiers, limits, file information, paths, configuration."""

import attr
import pytest


def test_a_synapse_error_knows_its_status_body_and_headers():
    from synapse.api.errors import Codes, SynapseError

    error = SynapseError(402, "Pay", Codes.FORBIDDEN, {"org.x": 1}, {"X-A": "b"})
    assert (error.code, error.msg, str(error), error.headers) == (402, "Pay", "402: Pay", {"X-A": "b"})
    assert error.error_dict(None) == {"error": "Pay", "errcode": "M_FORBIDDEN", "org.x": 1}


@pytest.mark.parametrize("body", [b"no json", b"[]", b"\xff", b"{}"])
def test_another_servers_error_becomes_ours_where_its_body_says_nothing(body):
    from synapse.api.errors import HttpResponseException

    error = HttpResponseException(418, "teapot", body).to_synapse_error()
    assert (error.code, error.msg, error.errcode) == (418, "teapot", "M_UNKNOWN")


def test_another_servers_error_keeps_its_fields():
    from synapse.api.errors import HttpResponseException

    error = HttpResponseException(403, "no", b'{"errcode": "M_X", "error": "e", "k": 1}').to_synapse_error()
    assert error.error_dict(None) == {"errcode": "M_X", "error": "e", "k": 1}


def test_limit_exceeded_says_when_to_come_back_in_full_seconds():
    from synapse.api.errors import LimitExceededError

    error = LimitExceededError("uploads", retry_after_ms=1500)
    assert error.headers == {"Retry-After": "2"}
    assert error.error_dict(None)["retry_after_ms"] == 1500


def test_upload_limits_are_frozen_and_equal_by_their_fields():
    from synapse.module_api import MediaUploadLimit

    limit = MediaUploadLimit(100, 2**53 + 1, "https://x", True)
    assert limit == MediaUploadLimit(max_bytes=100, time_period_ms=2**53 + 1, info_uri="https://x", can_upgrade=True)
    assert limit != MediaUploadLimit(100, 2**53 + 1)
    assert (MediaUploadLimit(1, 2).info_uri, MediaUploadLimit(1, 2).can_upgrade) == (None, False)
    assert len({limit, limit}) == 1
    with pytest.raises(attr.exceptions.FrozenInstanceError):
        limit.max_bytes = 1


def test_upload_limits_keep_keywords_of_newer_releases():
    from synapse.module_api import MediaUploadLimit

    limit = MediaUploadLimit(1, 2, org_new="kept")
    assert limit.org_new == "kept"
    assert limit == MediaUploadLimit(1, 2)


@pytest.mark.parametrize("arguments", [(), (1,)])
def test_upload_limits_need_bytes_and_period(arguments):
    from synapse.module_api import MediaUploadLimit

    with pytest.raises(TypeError):
        MediaUploadLimit(*arguments)


def test_not_spam_is_one_string():
    from synapse.module_api import NOT_SPAM
    from synapse.module_api.callbacks.spamchecker_callbacks import NOT_SPAM as same

    assert NOT_SPAM is same
    assert NOT_SPAM == "NOT_SPAM"


def test_user_ids_are_parsed_printed_and_compared():
    from synapse.api.errors import SynapseError
    from synapse.types import UserID, get_domain_from_id, get_localpart_from_id

    user = UserID.from_string("@a:b:80")
    assert (user.localpart, user.domain, str(user)) == ("a", "b:80", "@a:b:80")
    assert {user} == {UserID("a", "b:80")}
    assert (get_domain_from_id("@a:b:80"), get_localpart_from_id("@a:b:80")) == ("b:80", "a")
    assert [UserID.is_valid(text) for text in ("@a:b", "@a:", "a:b", "@a", "")] == [True, False, False, False, False]
    for bad in ("@ab", "a:b", "#a:b"):
        with pytest.raises(SynapseError, match="is not a valid UserID"):
            UserID.from_string(bad)


def test_room_ids_stand_with_and_without_a_domain():
    from synapse.types import RoomID

    assert RoomID.from_string("!a:b").get_domain() == "b"
    assert RoomID.from_string("!" + "a" * 43).get_domain() is None
    assert not RoomID.is_valid("!abc")


def test_localparts_are_made_of_any_name():
    from synapse.types import map_username_to_mxid_localpart

    assert map_username_to_mxid_localpart("Foo Bar") == "foo=20bar"
    assert map_username_to_mxid_localpart("Foo", case_sensitive=True) == "=5ffoo"
    assert map_username_to_mxid_localpart("_x=é") == "=5fx=3d=c3=a9"


def test_a_requester_acts_for_its_user():
    from synapse.types import UserID, create_requester

    requester = create_requester("@a:b", is_guest=True)
    assert (requester.user, requester.authenticated_entity, requester.is_guest) == (UserID("a", "b"), "@a:b", True)


def test_file_info_tells_thumbnails_and_nothing_of_the_upload():
    from media_bridge_shim.api.media.files import make_file_info

    thumbnail = {"width": 1, "height": 2, "method": "crop", "type": "image/png", "length": 3}
    info = make_file_info({"server_name": None, "file_id": "abc", "url_cache": False, "thumbnail": thumbnail})
    assert (info.thumbnail_width, info.thumbnail_height, info.thumbnail_length) == (1, 2, 3)
    assert (info.thumbnail_method, info.thumbnail_type) == ("crop", "image/png")
    plain = make_file_info({"server_name": "x", "file_id": "abc", "url_cache": True, "thumbnail": None})
    assert (plain.server_name, plain.url_cache, plain.thumbnail_width) == ("x", True, None)
    for name in ("upload_name", "media_type", "user_id", "uploader"):
        assert not hasattr(info, name)


def test_file_paths_follow_synapses_layout():
    from synapse.media.filepath import MediaFilePaths

    paths = MediaFilePaths("/m")
    assert paths.local_media_filepath("abcdefgh") == "/m/local_content/ab/cd/efgh"
    assert paths.local_media_thumbnail_rel("abcdefgh", 32, 16, "image/png", "crop") == (
        "local_thumbnails/ab/cd/efgh/32-16-image-png-crop"
    )
    assert paths.remote_media_filepath_rel("ex.com:80", "abcdefgh") == "remote_content/ex.com:80/ab/cd/efgh"
    assert paths.remote_media_thumbnail_rel_legacy("ex.com", "abcdefgh", 1, 2, "image/png") == (
        "remote_thumbnail/ex.com/ab/cd/efgh/1-2-image-png"
    )
    assert paths.url_cache_filepath("2026-01-01_abcdef") == "/m/url_cache/2026-01-01/abcdef"
    assert paths.url_cache_filepath_dirs_to_delete("abcdefgh") == ["/m/url_cache/ab/cd", "/m/url_cache/ab"]
    assert paths.url_cache_thumbnail_dirs_to_delete("2026-01-01_ab") == [
        "/m/url_cache_thumbnails/2026-01-01/ab",
        "/m/url_cache_thumbnails/2026-01-01",
    ]


@pytest.mark.parametrize("media_id", ["../../..", "ab/cdef", "a\0bcdef", "....abc", "abcd", "äbcdefg", "abcd~ef"])
def test_file_paths_refuse_what_could_leave_the_store(media_id):
    from synapse.media.filepath import MediaFilePaths

    with pytest.raises(ValueError, match="is not allowed in a path"):
        MediaFilePaths("/m").local_media_filepath(media_id)


def test_sizes_and_durations_are_read_in_synapses_notation():
    from synapse.config._base import Config

    assert [Config.parse_size(value) for value in ("50M", "1K", "10", 5)] == [52428800, 1024, 10, 5]
    assert [Config.parse_duration(value) for value in ("1h", "2m", "1w", "10", 5)] == [
        3600000,
        120000,
        604800000,
        10,
        5,
    ]
    for parse, bad in ((Config.parse_size, True), (Config.parse_duration, None), (Config.parse_duration, "5x")):
        with pytest.raises(TypeError):
            parse(bad)
