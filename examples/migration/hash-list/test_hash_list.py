"""Run by `pytest -p media_bridge_testing`, with python-shim on PYTHONPATH: see docs/testing-modules.md."""

import hashlib

import pytest
from synapse.config._base import ConfigError
from synapse.media._base import FileInfo
from synapse.module_api import NOT_SPAM
from synapse.module_api.errors import SynapseError

ALICE = "@alice:example.test"
BAD = b"a bad file"
BAD_HASH = hashlib.sha256(BAD).hexdigest()


@pytest.fixture
def hash_list(media_bridge):
    return media_bridge.load("hash_list.HashList", {"refused": {BAD_HASH.upper(): "it is a bad file"}})


def query(module, sql):
    def run(txn):
        txn.execute(sql)
        return txn.fetchall()

    return module.call_api("run_db_interaction", "query", run)


def test_a_file_whose_hash_is_in_the_table_is_refused_with_the_reason(hash_list):
    with pytest.raises(SynapseError, match="This file is not accepted here: it is a bad file") as refusal:
        hash_list.call("check_media_file_for_spam", BAD)
    assert refusal.value.code == 403
    for content in (b"", b"another file", BAD + b"\n"):
        assert hash_list.call("check_media_file_for_spam", content) == NOT_SPAM


def test_a_hash_that_others_add_counts_at_once(hash_list):
    assert hash_list.call("check_media_file_for_spam", b"new") == NOT_SPAM
    new = hashlib.sha256(b"new").hexdigest()
    hash_list.call_api(
        "run_db_interaction",
        "add",
        lambda txn: txn.execute("insert into example_refused_hashes values (?, 'ü')", (new,)),
    )
    with pytest.raises(SynapseError, match="ü"):
        hash_list.call("check_media_file_for_spam", b"new")


def test_a_thumbnail_is_not_looked_at(hash_list):
    thumbnail = FileInfo(server_name=None, file_id="thumbnail", thumbnail=object())
    assert hash_list.call("check_media_file_for_spam", BAD, thumbnail) == NOT_SPAM


def test_the_table_of_uploads_follows_uploads_and_deletions(hash_list):
    if "on_media_uploaded" not in hash_list.callbacks:
        pytest.skip("Synapse tells no module of uploads")
    hash_list.call("check_media_file_for_spam", b"kept", FileInfo(server_name=None, file_id="media"))
    hash_list.call("on_media_uploaded", ALICE, "media", 4)
    hash_list.call("on_media_uploaded", ALICE, "never looked at", 4)
    kept = hashlib.sha256(b"kept").hexdigest()
    assert query(hash_list, "select * from example_uploads") == [("media", ALICE, kept, 4)]
    hash_list.call("on_media_deleted", "media")
    assert query(hash_list, "select * from example_uploads") == []


@pytest.mark.parametrize("refused", [{"abc": "too short"}, {BAD_HASH: 1}])
def test_a_mistake_in_the_configuration_ends_the_start(media_bridge, refused):
    with pytest.raises(ConfigError):
        media_bridge.load("hash_list.HashList", {"refused": refused})
