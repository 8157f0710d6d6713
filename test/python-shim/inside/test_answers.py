"""What a Node answers that is hostile, broken or of another version: no nonsense is taken for a verdict."""

import types

import pytest
from hostile_node import HostileNode
from synapse.api.errors import SynapseError
from synapse_media_bridge_module.callbacks import make_callback
from synapse_media_bridge_module.connection.conversation import Entry, wait_for
from synapse_media_bridge_module.shared.errors import NodeUnavailable
from synapse_media_bridge_module.shared.settings import read_settings

CONFIG = "get_media_config_for_user"
ALLOWED = "is_user_allowed_to_upload_media_of_size"
LIMITS = "get_media_upload_limits_for_user"
EXCEEDED = "on_media_upload_limit_exceeded"
SPAM = "check_media_file_for_spam"
INFO = types.SimpleNamespace(server_name=None, file_id="id", url_cache=False, thumbnail=None)
LIMIT = types.SimpleNamespace(max_bytes=1, time_period_ms=1, info_uri=None, can_upgrade=False)
ARGS = {
    CONFIG: ("@a:b",),
    ALLOWED: ("@a:b", 1),
    LIMITS: ("@a:b",),
    EXCEEDED: ("@a:b", LIMIT, 1, 1),
    SPAM: (types.SimpleNamespace(path="/x"), INFO),
}
GOOD_LIMIT = {"max_bytes": "1", "time_period_ms": "1", "info_uri": None, "can_upgrade": False, "extra": None}


@pytest.fixture
def node():
    hostile = HostileNode()
    yield hostile
    hostile.close()


def call(node, kind, answer, error=None, on_unavailable="refuse"):
    """Calls the callback of Synapse, which Node answers so."""
    settings = read_settings({"modules": [{"typescript": "x"}], "on_unavailable": on_unavailable})
    callback = make_callback(Entry(0, kind, 0, 0, "name", "/file.ts"), node, settings)
    node.say([1, 1, error, answer])
    return wait_for(callback(*ARGS[kind]), node.channel, 10_000)


def stop(value):
    return [[0, value, [["stop", 1, None, None, None]]]]


def fail(error):
    return [[0, None, [["error", 1, error, None, None]]]]


PASS = [[None, None, [1]]]
NONSENSE = [
    *(None, True, 0, "", "text", [], {}, [[]], [None], [[None]], [[None, None]], [[None, None, []]]),
    *([[None, None, ["text"]]], [[None, None, [None]]], [[None, None, [True]]], [[None, None, [1, 2]]]),
    *([[0, None, []]], [[0, None, [1]]], [[1, None, [["stop", 1, None, None, None]]]]),
    *([[0, None, [["stop", 1]]]], [[0, None, [["continue", 1, None, None, None]]]], [*PASS, *PASS]),
    *([[None, None, [["stop", 1, None, None, None]]]], [["0", True, [["stop", 1, None, None, None]]]]),
    *(fail(error) for error in (None, "text", [], {"kind": "synapse"})),
    *(
        fail({"kind": "synapse", "status": status, "errcode": "M_X", "body": body})
        for status, body in (
            (200, "{}"),
            (403, "["),
            (403, "[]"),
            (403, None),
            ("x", "{}"),
            (None, "{}"),
            (99999, "{}"),
        )
    ),
]


@pytest.mark.parametrize("kind", [CONFIG, ALLOWED, LIMITS, SPAM])
@pytest.mark.parametrize("answer", NONSENSE, ids=repr)
def test_an_answer_of_another_form_is_503_with_the_time_to_try_again(node, kind, answer):
    with pytest.raises(SynapseError) as raised:
        call(node, kind, answer)
    assert (raised.value.code, raised.value.headers) == (503, {"Retry-After": "5"})


@pytest.mark.parametrize(
    "kind, value",
    [
        *((CONFIG, value) for value in (None, 5, "", "{", "[]", "null", "5", "[" * 100_000, {}, b"{}")),
        # Without limits a user may upload what they like.
        *((LIMITS, value) for value in (None, 0, "", "text", {}, [[]], [None], [{}], {"a": 1})),
        *(
            (LIMITS, [{**GOOD_LIMIT, **wrong}])
            for wrong in (
                *({"max_bytes": text} for text in (None, 5, "", "nan", "inf", "1e999", "x", "0x10")),
                *({"info_uri": wrong} for wrong in (5, [], {})),
            )
        ),
        *((SPAM, value) for value in (None, 5, "text", [], {"fields": "{"}, {"fields": 5})),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_verdict_of_another_form_is_503(node, kind, value):
    with pytest.raises(SynapseError) as raised:
        call(node, kind, stop(value))
    assert raised.value.code == 503


def test_verdicts_of_the_right_form_are_taken(node):
    assert call(node, CONFIG, stop('{"a": 123456789012345678901234567890}')) == {"a": 123456789012345678901234567890}


@pytest.mark.parametrize("kind, expected", [(CONFIG, None), (ALLOWED, True), (LIMITS, None)])
def test_a_pass_is_taken(node, kind, expected):
    assert call(node, kind, PASS) is expected


def test_a_refusal_is_taken(node):
    assert call(node, ALLOWED, stop(None)) is False


def test_an_empty_media_configuration_counts_as_an_answer(node):
    answer = call(node, CONFIG, stop("{}"))
    assert answer == {} and bool(answer)


def test_an_empty_list_of_limits_is_one(node):
    assert call(node, LIMITS, stop([])) == []


def test_the_media_configuration_alone_passes_on_where_the_entry_says_so(node):
    assert call(node, CONFIG, stop("["), on_unavailable="skip") is None


@pytest.mark.parametrize("kind", [ALLOWED, LIMITS, SPAM])
def test_no_other_callback_passes_on_where_the_entry_says_so(node, kind):
    with pytest.raises(SynapseError) as raised:
        call(node, kind, "text", on_unavailable="skip")
    assert raised.value.code == 503


@pytest.mark.parametrize("error", [True, "text", [], {}, {"kind": "protocol", "message": None}], ids=repr)
def test_an_error_of_another_form_is_503(node, error):
    with pytest.raises(SynapseError) as raised:
        call(node, ALLOWED, None, error)
    assert raised.value.code == 503


@pytest.mark.parametrize("answer", NONSENSE, ids=repr)
def test_nonsense_changes_nothing_about_an_exceeded_limit(node, answer):
    assert call(node, EXCEEDED, answer) is None


def test_a_channel_that_ends_is_503(node):
    node.theirs.close()
    with pytest.raises((SynapseError, NodeUnavailable)) as raised:
        call_without_answer(node)
    assert raised.value.code == 503


def call_without_answer(node):
    settings = read_settings({"modules": [{"typescript": "x"}]})
    callback = make_callback(Entry(0, ALLOWED, 0, 0, "name", "/file.ts"), node, settings)
    return wait_for(callback(*ARGS[ALLOWED]), node.channel, 10_000)
