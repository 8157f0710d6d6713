"""Frames and codec by themselves."""

import os
import tracemalloc

import pytest
from media_bridge_shim.wire.codec import decode, encode
from media_bridge_shim.wire.frames import MAX_FRAME_BYTES, FrameError, FrameReader
from media_bridge_shim.wire.msgpack_validator import MAX_VALUES


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


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\xc1", b"\x91", b"\x01\x01", b"\xa1\xff"),
        # Counts and lengths that are a lie.
        *(b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"),
        # Extensions, a timestamp and an empty one among them, and binary data.
        *(b"\xd4\x05\x00", b"\xd6\xff\x00\x00\x00\x00", b"\xc7\x00\x05", b"\xc4\x01a"),
        # Keys that are not text.
        *(b"\x81\x01\x02", b"\x81\xc0\x02", b"\x81\x90\x02"),
        # A surrogate, and a nesting without end.
        *(b"\xa3\xed\xa0\x80", b"\x91" * 1025 + b"\xc0", b"\x91" * 100_000),
    ],
    ids=lambda body: body[:8].hex(),
)
def test_a_body_that_is_no_message_is_refused(body):
    with pytest.raises(FrameError):
        decode(body)


@pytest.mark.parametrize("body", [b"\xda\x10\x00" + b"x" * 4096 + b"\xc0", b"\xda\x10\x01" + b"x" * 4096 + b"\xff"])
def test_what_cannot_be_decoded_is_told_in_short(body):
    with pytest.raises(FrameError) as caught:
        decode(body)
    assert len(str(caught.value)) < 200
    assert len(caught.value.head) == 200


def test_values_may_be_nested_as_deep_as_the_host_allows():
    value = decode(b"\x91" * 1024 + b"\xc0")
    for _ in range(1024):
        [value] = value
    assert value is None


@pytest.mark.parametrize("container", [b"\x90", b"\x80", b"\xa0"])
def test_more_values_than_a_body_may_hold_are_refused_before_they_are_made(container):
    count = MAX_VALUES
    body = b"\xdd" + count.to_bytes(4, "big") + container * count
    tracemalloc.start()
    with pytest.raises(FrameError, match="more than 1048576 values"):
        decode(body)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()
    assert len(decode(b"\xdd" + (count - 1).to_bytes(4, "big") + container * (count - 1))) == count - 1


def test_nested_containers_do_not_declare_the_same_bytes_over_and_over():
    size = 1 << 20
    body = ((b"\xdd" + (size - 10).to_bytes(4, "big")) * 500).ljust(size, b"\xc0")
    tracemalloc.start()
    with pytest.raises(FrameError, match="more values than it has bytes"):
        decode(body)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def test_more_values_than_may_travel_are_not_sent():
    with pytest.raises(ValueError, match="more than 1048576 values"):
        encode([None] * MAX_VALUES)
