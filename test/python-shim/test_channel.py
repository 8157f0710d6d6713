"""Whatever a module does to standard input and output, the channel is not harmed."""

import pytest

from bridge_child import HEADER

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
    "frame",
    [
        HEADER.pack(17 * 1024 * 1024),
        HEADER.pack(1) + b"\xc1",
        HEADER.pack(3) + b"\x93\x00\x01",
        HEADER.pack(1) + b"\x05",
    ],
)
def test_a_frame_that_is_too_long_or_cannot_be_understood_ends_the_child(child, frame):
    child.notification("hello")
    child.write(frame)
    with pytest.raises(EOFError):
        child.receive()
    assert child.wait_for_exit() == 76
    assert child.wait_for_record("first bytes")["level"] == "critical"


def test_a_frame_may_come_in_pieces_and_many_frames_in_one(child):
    child.notification("hello")
    ping = HEADER.pack(9) + b"\x94\x00\x01\xa4ping\xc0"
    for byte in ping:
        child.write(bytes([byte]))
    assert child.receive() == [1, 1, None, None]
    child.write(ping * 500)
    assert [child.receive() for _ in range(500)] == [[1, 1, None, None]] * 500


def test_a_frame_as_large_as_allowed_is_read(child):
    child.notification("hello")
    text = b"x" * (16 * 1024 * 1024 - 13)
    body = b"\x94\x00\x01\xa4ping\xdb" + HEADER.pack(len(text)) + text
    child.write(HEADER.pack(len(body)) + body)
    assert child.receive() == [1, 1, None, None]
    assert child.call("ping") is None


def test_a_host_that_reads_late_gets_every_byte(child):
    child.load(("answers.Module", {"config": "{'a': 'x' * 1_000_000}"}))
    calls = [
        child.request("run", [False, [["get_media_config_for_user", child.slots, ["@a:b"], 1000]]]) for _ in range(5)
    ]
    assert [len(child.answer_of(call)[0][1]) for call in calls] == [1_000_008] * 5
