"""Python modules whose callbacks are observed for a shadow: they answer as they do without it, whatever happens."""

import os
import re
import shutil

import pytest
from observed_module import (
    ALLOWED,
    ARGS,
    CONFIG,
    EXCEEDED,
    LIMITS,
    SPAM,
    USER,
    FakeApi,
    File,
    Info,
    Observed,
    answering,
    raising,
)
from synapse.api.errors import SynapseError
from synapse.module_api import NOT_SPAM, MediaUploadLimit


@pytest.mark.parametrize(
    "kind, answer, said",
    [
        (CONFIG, None, {"outcome": "continue"}),
        (CONFIG, {}, {"outcome": "continue"}),
        (CONFIG, {"a": 2**70}, {"outcome": "stop", "value": '{"a": 1180591620717411303424}'}),
        (CONFIG, {"a": float("nan")}, "wrong type"),
        (CONFIG, {"a": {1}}, "wrong type"),
        (ALLOWED, True, {"outcome": "continue"}),
        (ALLOWED, None, {"outcome": "stop", "value": None}),
        (LIMITS, None, {"outcome": "continue"}),
        (LIMITS, [], {"outcome": "stop", "value": []}),
        (LIMITS, (), "wrong type"),
        (LIMITS, [None], "wrong type"),
        (EXCEEDED, True, {"outcome": "continue"}),
    ],
)
def test_an_answer_is_passed_on_as_it_is_and_told_as_synapse_takes_it(observed, kind, answer, said):
    callback = observed.register(kind, answering(answer))
    assert observed.ask(callback, *ARGS[kind]) is answer
    method, params = observed.told()
    assert (method, params["module"], params["kind"], params["part"]) == ("asked", 0, kind, 1.0)
    if isinstance(said, str):
        assert params["said"]["outcome"] == "error" and said in params["said"]["error"]["message"]
    else:
        assert params["said"] == said


def test_arguments_are_told_in_the_form_of_the_wire(observed):
    told = {}
    for kind, args in ARGS.items():
        observed.ask(observed.register(kind, answering(None)), *args)
        told[kind] = observed.told()[1]["args"]
    limit = {"max_bytes": "10.5", "time_period_ms": "5", "info_uri": None, "can_upgrade": False, "extra": None}
    assert told == {CONFIG: [USER], ALLOWED: [USER, 10], LIMITS: [USER, None], EXCEEDED: [USER, limit, 1, 2]}


def test_limits_are_told_in_the_order_of_the_module_though_synapse_sorts_them(observed):
    limits = [MediaUploadLimit(1, 1), MediaUploadLimit(2, 2)]
    observed.ask(observed.register(LIMITS, answering(limits)), USER).sort(key=lambda limit: -limit.time_period_ms)
    assert [limit["max_bytes"] for limit in observed.told()[1]["said"]["value"]] == ["1", "2"]


def test_an_error_is_raised_as_it_is_and_told(observed):
    worded = SynapseError(403, "no", "ORG_X", additional_fields={"a": 1}, headers={"Retry-After": "7"})
    for error, answer in ((worded, "ORG_X"), (LookupError("odd"), None)):
        with pytest.raises(type(error)) as raised:
            observed.ask(observed.register(ALLOWED, raising(error)), USER, 1)
        assert raised.value is error
        said = observed.told()[1]["said"]["error"]
        assert said.get("answer", {}).get("errcode") == answer
        if answer is not None:
            assert (said["answer"]["status"], said["answer"]["headers"]) == (403, {"retry-after": "7"})


def test_of_several_callbacks_the_one_that_speaks_for_the_module_is_told(observed):
    first, last = (observed.register(ALLOWED, answering(True)) for _ in range(2))
    refusing = observed.register(CONFIG, answering({"a": 1}))
    observed.register(CONFIG, answering(None))
    for callback, args in ((first, (USER, 1)), (last, (USER, 2)), (refusing, (USER,))):
        observed.ask(callback, *args)
    assert [observed.told()[1]["args"] for _ in range(2)] == [[USER, 2], [USER]]


def test_a_file_is_kept_by_a_link_though_synapse_removes_it(observed, tmp_path):
    upload = tmp_path / "upload"
    upload.write_text("spam")
    assert observed.ask(observed.register(SPAM, answering(True)), File(upload), Info()) is True
    upload.unlink()
    _, params = observed.told()
    with open(params["file"]) as kept:
        assert kept.read() == "spam"
    folder = os.path.dirname(params["file"])
    assert re.fullmatch(rf"{os.getpid()}-[0-9a-f]{{16}}", os.path.basename(folder))
    for private in (folder, os.path.dirname(folder)):
        assert os.stat(private).st_mode & 0o777 == 0o700
    assert (params["said"], params["args"][0]) == ({"outcome": "stop", "value": {}}, str(upload))


def test_a_folder_of_links_that_node_has_removed_is_made_again(observed, tmp_path):
    upload = tmp_path / "upload"
    upload.write_text("x")
    callback = observed.register(SPAM, answering(False))
    kept = []
    for _ in range(2):
        observed.ask(callback, File(upload), Info())
        kept.append(observed.told()[1]["file"])
        shutil.rmtree(os.path.dirname(kept[-1]))
    assert len(set(kept)) == 2


def test_a_file_that_cannot_be_kept_is_counted(observed, tmp_path):
    callback = observed.register(SPAM, answering(NOT_SPAM))
    assert observed.ask(callback, File(tmp_path / "none"), Info()) is NOT_SPAM
    observed.ask(observed.register(CONFIG, answering(None)), USER)
    assert observed.told() == ("not_asked", {"module": 0, "kind": SPAM, "count": 1})


def test_a_node_that_is_away_costs_the_comparison_and_leaves_no_file(observed, tmp_path):
    upload = tmp_path / "upload"
    upload.write_text("x")
    spam, allowed = observed.register(SPAM, answering(False)), observed.register(ALLOWED, answering(False))
    observed.reports.detach(observed.node.peer)
    assert observed.ask(spam, File(upload), Info()) is False
    assert [observed.ask(allowed, USER, 1) for _ in range(3)] == [False] * 3
    assert [name for name in os.listdir(tmp_path) if name != "upload"] == []
    observed.reports.attach(observed.node.peer, observed.node.channel)
    observed.ask(allowed, USER, 2)
    counts = [observed.told()[1] for _ in range(2)]
    assert {params["kind"]: params["count"] for params in counts} == {SPAM: 1, ALLOWED: 3}
    assert observed.told()[1]["args"] == [USER, 2]


def test_a_node_that_reads_nothing_is_told_no_more_than_a_bound(observed):
    callback = observed.register(CONFIG, answering({"a": "x" * 200_000}))
    for _ in range(100):
        observed.ask(callback, USER)
    assert observed.node.channel.unread_bytes < 2 * 1024 * 1024


def test_an_answer_that_is_too_long_is_counted_and_not_told(observed):
    observed.ask(observed.register(CONFIG, answering({"a": "x" * 300_000})), USER)
    observed.ask(observed.register(ALLOWED, answering(True)), USER, 1)
    assert observed.told() == ("not_asked", {"module": 0, "kind": CONFIG, "count": 1})


def test_a_smaller_share_is_told_less(observed):
    callback = observed.register(ALLOWED, answering(True))
    observed.reports.hear_shares({"shares": [[0, 0.0], [7, 1.0]]})
    for _ in range(50):
        observed.ask(callback, USER, 1)
    observed.reports.hear_shares({"shares": [[0, 5]]})
    observed.ask(callback, USER, 2)
    assert observed.told()[1]["args"] == [USER, 2]


def test_the_api_is_the_one_of_synapse_in_all_but_registrations(observed):
    assert isinstance(observed.seen, FakeApi)
    observed.api.later = "set afterwards"
    assert observed.seen.later == "set afterwards"
    assert observed.module.kinds == []
    observed.register(CONFIG, Observed.told)
    (kind, callback), *_ = observed.api.registered
    assert (kind, callback.__qualname__, callback.__module__) == (CONFIG, "Observed.told", Observed.__module__)
    assert observed.module.kinds == [CONFIG]
