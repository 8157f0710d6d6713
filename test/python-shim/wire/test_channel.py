"""Whatever a module does to standard input and output, the channel is not harmed."""

import pytest
from bridge_child import HEADER, CallError

ALLOWED = ("is_user_allowed_to_upload_media_of_size", "@a:b", 1)


def test_what_modules_print_lands_on_stderr_at_import_and_in_callbacks(child):
    child.load(("noisy.Module", {"do": "prints"}))
    assert child.run(*ALLOWED)[0] is None
    for text in (
        "printed at import",
        "written at import",
        "echoed at import",
        "printed in init",
        "printed in a callback \\\\ud800",
        "written in a callback",
        "echoed in a callback",
    ):
        child.wait_for_stderr(text)


def test_a_forked_child_does_not_hold_the_channel(child):
    child.load(("noisy.Module", {"do": "forks"}))
    assert child.run(*ALLOWED)[0] is None
    child.wait_for_stderr("the fork lost 2 descriptors")


def test_a_forked_child_that_comes_back_out_of_the_callback_says_nothing_on_the_channel(child):
    child.load(("noisy.Module", {"do": "forks_and_returns"}))
    assert child.run(*ALLOWED)[0] is None
    assert child.call("ping") is None


def test_a_grandchild_inherits_no_descriptor(child):
    child.load(("noisy.Module", {"do": "leaks_to_grandchild"}))
    assert child.run(*ALLOWED)[0] is None
    assert "grandchild has []" in child.wait_for_stderr("grandchild has")


def test_a_module_that_exits_hard_ends_the_child(child):
    child.load(("noisy.Module", {"do": "exits_hard"}))
    with pytest.raises(EOFError):
        child.run(*ALLOWED)
    assert child.wait_for_exit() == 7


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (HEADER.pack(17 * 1024 * 1024), "A frame of 17825792 bytes, over the 16777216 allowed"),
        (HEADER.pack(1) + b"\xc1", "A frame that cannot be decoded"),
        (HEADER.pack(5) + b"\xdd\xff\xff\xff\xff", "A frame that cannot be decoded"),
        (HEADER.pack(1) + b"\x05", "A message of no known shape"),
        (HEADER.pack(1) + b"\x90", "A message of no known shape"),
        (HEADER.pack(1001) + b"\x91" * 1000 + b"\xc0", "A message of no known shape"),
        (HEADER.pack(3) + b"\x93\x00\x01", "A frame that cannot be decoded"),
        (HEADER.pack(5) + b"\x94\x00\x01\x02\xc0", "A request of no known shape"),
        (HEADER.pack(9) + b"\x94\x00\xa1x\xa4ping\xc0", "A frame that cannot be decoded"),
        (HEADER.pack(9) + b"\x94\x00\xc0\xa4ping\xc0", "A request of no known shape"),
        (HEADER.pack(9) + b"\x94\x00\x00\xa4ping\xc0", "A request whose id does not count up: 0 after 0"),
    ],
)
def test_a_frame_that_is_too_long_or_cannot_be_understood_ends_the_child(child, frame, reason):
    child.notification("hello")
    child.write(frame)
    with pytest.raises(EOFError):
        child.receive()
    assert child.wait_for_exit() == 76
    record = child.wait_for_record("first bytes")
    assert record["level"] == "critical"
    assert record["message"].startswith(reason)


def test_an_answer_without_a_waiting_call_is_ignored(child):
    child.notification("hello")
    child.send([1, 99, None, None])
    child.send([1, -1, "no map", None])
    assert child.call("ping") is None


@pytest.mark.parametrize("grace_ms", [float("nan"), float("inf"), -1, 1e300])
def test_a_shutdown_that_would_never_end_is_refused(child, grace_ms):
    child.notification("hello")
    with pytest.raises(CallError, match="shutdown with a grace"):
        child.call("shutdown", {"grace_ms": grace_ms})
    assert child.call("shutdown", {"grace_ms": 0}) is None
    assert child.wait_for_exit() == 0


@pytest.mark.parametrize("deadline_ms", [float("nan"), float("inf"), [1] * 1000, {}, None])
def test_a_deadline_that_is_none_is_refused(child, deadline_ms):
    child.load(("answers.Module", {"allowed": "await asyncio.sleep(0.01)"}))
    with pytest.raises(CallError, match="run with wrong parameters"):
        child.run(*ALLOWED, deadline_ms=deadline_ms)
    assert child.call("ping") is None


def test_a_frame_may_come_in_pieces_and_many_frames_in_one(child):
    child.notification("hello")
    ping = HEADER.pack(9) + b"\x94\x00\x01\xa4ping\xc0"
    for byte in ping:
        child.write(bytes([byte]))
    assert child.receive() == [1, 1, None, None]
    ids = range(2, 128)
    child.write(b"".join(HEADER.pack(9) + b"\x94\x00" + bytes([call_id]) + b"\xa4ping\xc0" for call_id in ids))
    assert [child.receive() for _ in ids] == [[1, call_id, None, None] for call_id in ids]


def test_a_frame_as_large_as_allowed_is_read(child):
    child.notification("hello")
    text = b"x" * (16 * 1024 * 1024 - 13)
    body = b"\x94\x00\x01\xa4ping\xdb" + HEADER.pack(len(text)) + text
    child.write(HEADER.pack(len(body)) + body)
    assert child.receive() == [1, 1, None, None]
    child.send([0, 2, "ping", None])
    assert child.receive() == [1, 2, None, None]


def test_a_host_that_reads_late_gets_every_byte(child):
    child.load(("answers.Module", {"config": "{'a': 'x' * 1_000_000}"}))
    calls = [
        child.request("run", [False, [["get_media_config_for_user", child.slots, ["@a:b"], 1000]]]) for _ in range(5)
    ]
    assert [len(child.answer_of(call)[0][1]) for call in calls] == [1_000_008] * 5
