"""Code of modules that holds the reactor is seen, named and counted."""

import time

import pytest

ALLOWED = "is_user_allowed_to_upload_media_of_size"


@pytest.mark.parametrize(
    ("do", "callback", "line", "inner"),
    [
        ("sleeps", ALLOWED, "time.sleep(self.seconds)", False),
        ("sleeps_after_a_wait", ALLOWED, "time.sleep(self.seconds)", False),
        ("in_a_library", ALLOWED, "subprocess.run", True),
        ("beside", "background work", "time.sleep(self.seconds)", False),
    ],
)
def test_a_place_that_blocks_is_named_once_and_counted_every_time(child, do, callback, line, inner):
    child.load(("blocking.Module", {"do": do}))
    for _ in range(2):
        child.run(ALLOWED, "@a:b", 1)
        assert child.notification("blocked") == {"module": "blocking.Module", "callback": callback}
    record = child.wait_for_record("blocks the reactor")
    assert (record["level"], record["module"], record["callback"]) == ("warning", "blocking.Module", callback)
    assert record["file"].endswith("/blocking.py")
    with open(record["file"]) as file:
        assert line in file.readlines()[record["line"] - 1]
    assert ("(in " in record["message"]) is inner
    assert child.stderr_text().count("blocks the reactor") == 1
    child.call("shutdown", {"grace_ms": 0})
    assert child.wait_for_exit() == 0
    assert "blocked the reactor 2 times" in child.stderr_text()


def test_what_waits_or_works_in_a_thread_does_not_block(child):
    child.load(("blocking.Module", {"do": "in_a_thread", "seconds": 1.2}))
    assert child.run(ALLOWED, "@a:b", 1)[0] is None
    assert child.call("ping") is None
    assert child.notifications == []
    assert "blocks the reactor" not in child.stderr_text()


def test_others_are_answered_as_soon_as_the_block_ends(child):
    child.load(("blocking.Module", {"do": "sleeps"}))
    step = lambda size: [False, [[ALLOWED, child.slots, ["@a:b", size], 10_000]]]  # noqa: E731
    started = time.monotonic()
    blocking = child.request("run", step(1))
    others = [child.request("run", step(0)) for _ in range(20)]
    child.answer_of(blocking)
    blocked = time.monotonic() - started
    for other in others:
        child.answer_of(other)
    assert blocked >= 0.9
    # Each of them would have to wait as long again, did it not come at once.
    assert time.monotonic() - started - blocked < blocked / 2
