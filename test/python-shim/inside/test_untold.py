"""Questions that cannot be told to a shadow: they are counted, no file of theirs stays, and the log stays short."""

from collections.abc import Mapping

import pytest
from observed_module import ALLOWED, CONFIG, EXCEEDED, SPAM, USER, File, Info, answering


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def counts_of(observed):
    """What was not told, once a question is told after it."""
    observed.ask(observed.register(ALLOWED, answering(True)), USER, 77)
    counts = {}
    while True:
        method, params = observed.told()
        if method == "asked":
            assert params["args"] == [USER, 77]
            return counts
        counts[params["kind"]] = counts.get(params["kind"], 0) + params["count"]


def test_a_node_that_ends_while_it_is_told_is_told_again_and_no_file_stays(observed, tmp_path):
    upload = tmp_path / "upload"
    upload.write_text("spam")
    allowed, spam = observed.register(ALLOWED, answering(True)), observed.register(SPAM, answering(True))
    observed.reports.detach(observed.node.peer)
    for _ in range(3):
        observed.ask(allowed, USER, 1)
    observed.attach()
    observed.node.theirs.close()
    assert observed.ask(spam, File(upload), Info()) is True
    assert observed.node.lost
    assert files_in(tmp_path) == [upload]
    observed.attach()
    assert counts_of(observed) == {ALLOWED: 3, SPAM: 1}


def test_a_node_that_ends_with_nothing_untold_is_told_of_the_question_that_it_missed(observed, tmp_path):
    upload = tmp_path / "upload"
    upload.write_text("spam")
    spam = observed.register(SPAM, answering(True))
    observed.node.theirs.close()
    observed.ask(spam, File(upload), Info())
    assert (files_in(tmp_path), bool(observed.node.lost)) == ([upload], True)
    observed.attach()
    assert counts_of(observed) == {SPAM: 1}


def test_more_untold_questions_than_a_message_may_count_are_told_in_several(observed):
    for _ in range(1_500_000):
        observed.reports.count_untold(0, CONFIG)
    observed.ask(observed.register(ALLOWED, answering(True)), USER, 1)
    assert [observed.told()[1].get("count") for _ in range(2)] == [1_000_000, None]
    assert counts_of(observed) == {CONFIG: 500_000}


def test_arguments_by_name_reach_the_module_and_are_counted(observed):
    heard = []

    async def callback(*args, **named):
        heard.append((args, named))
        return False

    callback = observed.register(ALLOWED, callback)
    assert observed.ask(callback, USER, 5) is False
    assert observed.told()[1]["args"] == [USER, 5]
    assert observed.ask(lambda *args: callback(*args, size=6), USER) is False
    assert observed.ask(lambda: callback(user_id=USER, size=7)) is False
    assert heard == [((USER, 5), {}), ((USER,), {"size": 6}), ((), {"user_id": USER, "size": 7})]
    assert counts_of(observed) == {ALLOWED: 2}


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def test_what_cannot_be_said_is_counted_and_logged_once_for_each_start_of_node(observed, caplog, tmp_path):
    upload = tmp_path / "upload"
    upload.write_text("x")

    async def speechless(*_args):
        raise Speechless

    spam = observed.register(SPAM, speechless)
    for times in (1, 2):
        for _ in range(3):
            with pytest.raises(Speechless):
                observed.ask(spam, File(upload), Info())
        assert [record.getMessage() for record in caplog.records] == [f"A question cannot be compared: {SPAM}"] * times
        observed.attach()
    assert (files_in(tmp_path), counts_of(observed)) == ([upload], {SPAM: 6})


def test_a_question_of_another_form_is_counted_and_answered(observed, caplog):
    spam = observed.register(SPAM, answering(False))
    assert [observed.ask(spam, None, Info()) for _ in range(3)] == [False] * 3
    assert len(caplog.records) == 1
    assert counts_of(observed) == {SPAM: 3}


def test_one_kind_of_failure_does_not_hide_another(observed, caplog, tmp_path):
    spam, allowed = observed.register(SPAM, answering(False)), observed.register(ALLOWED, answering(True))
    for _ in range(2):
        observed.ask(spam, File(tmp_path / "none"), Info())
        observed.ask(allowed, "@\ud800:x", 1)
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("A file cannot be kept for a shadow: [Errno 2]")
    assert second.startswith("A question cannot be told to a shadow: 'utf-8' codec")


class Plan(Mapping):
    """A media configuration that counts how often it is read."""

    read = 0

    def __getitem__(self, _key):
        return 1

    def __iter__(self):
        self.read += 1
        return iter(["m.upload.size"])

    def __len__(self):
        return 1


def test_nothing_is_made_for_a_node_that_is_away(observed):
    plan = Plan()
    callback = observed.register(CONFIG, answering(plan))
    observed.reports.detach(observed.node.peer)
    assert observed.ask(callback, USER) is plan
    assert plan.read == 0
    observed.attach()
    observed.ask(callback, USER)
    assert plan.read > 0
    assert observed.told() == ("not_asked", {"module": 0, "kind": CONFIG, "count": 1})


def test_of_several_callbacks_only_the_one_that_speaks_for_the_module_is_counted(observed):
    passing = observed.register(ALLOWED, answering(True))
    observed.register(ALLOWED, answering(True))
    exceeded = observed.register(EXCEEDED, answering(None))
    observed.register(EXCEEDED, answering(None))
    observed.reports.detach(observed.node.peer)
    observed.ask(passing, USER, 1)
    observed.ask(exceeded, USER, None, 1, 2)
    observed.attach()
    observed.ask(observed.register(CONFIG, answering(None)), USER)
    assert observed.told()[0] == "asked"
