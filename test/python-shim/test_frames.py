"""Frames and codec by themselves."""

import os

import pytest
from media_bridge_shim.codec import decode, encode
from media_bridge_shim.frames import MAX_FRAME_BYTES, FrameError, FrameReader


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)
    os.close(writing)


MESSAGES = [
    [0, 1, "run", None],
    [1, 2**31, None, "é\U0001f600"],
    [2, "x", {"__proto__": 2**63, "deep": [[[[]]]]}],
    [0, 2**53 + 1, "", -1],
]


@pytest.mark.parametrize("cut", range(0, 90, 1))
def test_frames_cut_anywhere_come_out_whole(pipe, cut):
    reading, writing = pipe
    data = b"".join(encode(message) for message in MESSAGES)
    reader, got = FrameReader(), []
    for piece in (data[:cut], data[cut:]):
        if piece:
            os.write(writing, piece)
            reader.fill(reading)
            got += [decode(body) for body in reader.frames()]
    assert got == MESSAGES


def test_a_length_over_the_cap_is_refused_before_its_body(pipe):
    reading, writing = pipe
    os.write(writing, (MAX_FRAME_BYTES + 1).to_bytes(4, "big") + b"abc")
    reader = FrameReader()
    reader.fill(reading)
    with pytest.raises(FrameError) as caught:
        list(reader.frames())
    assert caught.value.head.endswith(b"abc")


@pytest.mark.parametrize("value", [{"a": "\ud800"}, 2**64, object(), "x" * MAX_FRAME_BYTES])
def test_what_the_wire_cannot_say_is_refused(value):
    with pytest.raises((FrameError, ValueError, TypeError, OverflowError)):
        encode(value)


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x91", b"\x01\x01", b"\xa1\xff", b"\xd4\x05\x00"])
def test_a_body_that_is_no_message_is_refused(body):
    with pytest.raises(FrameError):
        decode(body)
