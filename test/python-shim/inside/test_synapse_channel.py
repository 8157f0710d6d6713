"""The channel of the package: the golden vectors in both directions, and bytes that no Node should send."""

import random
import socket
import time

import pytest
from hostile_node import HostileNode
from media_bridge_shim.wire.codec import encode
from synapse_media_bridge_module.connection.conversation import Hello, initialize, read_entry, set_up, wait_for
from synapse_media_bridge_module.shared.errors import NodeUnavailable, StartFailed
from synapse_media_bridge_module.shared.settings import read_settings
from synapse_media_bridge_module.wire.channel import MAX_QUEUED_BYTES, Channel
from wire_vectors import VECTORS, read_tagged, same

SETTINGS = read_settings({"modules": [{"typescript": "x"}]})


@pytest.fixture
def ends():
    """A channel with what it has heard, and the other end."""
    ours, theirs = socket.socketpair()
    heard, lost = [], []
    channel = Channel(ours, None, heard.append, lost.append)
    yield channel, theirs, heard, lost
    channel.close("the test is over")
    theirs.close()


def pump_until(channel, happened):
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end
        channel.pump(0.1)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_each_vector_is_read_and_written_to_the_byte(ends, vector):
    channel, theirs, heard, _ = ends
    value = read_tagged(vector["value"])
    forms = [bytes.fromhex(vector[form]) for form in ("frame", "frameOfHost") if form in vector]
    for form in forms:
        theirs.sendall(form)
    pump_until(channel, lambda: len(heard) == len(forms))
    assert all(same(value, read) for read in heard)
    channel.send(value)
    assert theirs.recv(1 << 20) == forms[0]


def test_a_frame_that_comes_byte_by_byte_is_read(ends):
    channel, theirs, heard, _ = ends
    for byte in encode(["a", {"b": 2**63}]):
        theirs.sendall(bytes((byte,)))
        channel.pump(0.1)
    assert heard == [["a", {"b": 2**63}]]


@pytest.mark.parametrize(
    "frame",
    [b"\xff\xff\xff\xff", b"\x01\x00\x00\x01", b"\0\0\0\0", b"\0\0\0\1\xc1", b"\0\0\0\2\x01\x01", b"\0\0\0\1\x91"],
    ids=repr,
)
def test_a_frame_that_is_none_ends_the_channel(ends, frame):
    channel, theirs, heard, lost = ends
    theirs.sendall(frame)
    pump_until(channel, lambda: lost)
    assert (heard, lost) == ([], ["Node broke the protocol"])


def test_no_message_of_a_node_raises_in_the_reactor():
    for message in strange_messages():
        say_to_the_end(encode(message))


def test_no_bytes_of_a_node_raise_in_the_reactor():
    pieces = [bytes.fromhex(vector["frame"]) for vector in VECTORS]
    pieces += [encode(message) for message in strange_messages()]
    rng = random.Random(16)
    for _ in range(200):
        sent = bytearray(b"".join(rng.choices(pieces, k=3)))
        for _ in range(rng.randrange(3)):
            sent[rng.randrange(len(sent))] = rng.randrange(256)
        say_to_the_end(sent)


def say_to_the_end(sent):
    hears = {"hello": Hello().hear, "registered": lambda params: read_entry(params["entry"])}
    node = HostileNode(notifications=hears)
    node.theirs.sendall(sent)
    node.theirs.shutdown(socket.SHUT_WR)
    pump_until(node.channel, lambda: node.lost)
    node.close()


def strange_messages():
    values = [None, True, 0, -1, 2**64 - 1, "text", b"bytes", [], {}, {"a": [{}]}, 1e300]
    shapes = [[code, one, two, three] for code in (0, 1, 2) for one in values for two in values for three in values[:4]]
    heard = [[2, name, value] for name in ("hello", "registered") for value in [*values, {"entry": values[0]}]]
    return [*values, *shapes, *heard, *([2, value, {}] for value in values)]


def test_a_node_that_reads_nothing_is_not_asked_without_end(ends):
    channel, _, _, _ = ends
    question = "x" * 1_000_000
    with pytest.raises(NodeUnavailable, match="unread"):
        for _ in range(MAX_QUEUED_BYTES // 1_000_000 + 10):
            channel.send(question)


@pytest.mark.parametrize(
    "hello",
    [
        *(None, 5, [], {}, {"magic": "another"}),
        *(
            {"magic": "synapse-media-bridge-callbacks", "protocol": p}
            for p in (None, 5, [], [1], "ab", [2, 3], {"a": 1})
        ),
    ],
    ids=repr,
)
def test_a_program_that_greets_in_another_way_is_refused(hello):
    with pytest.raises(StartFailed):
        start([2, "hello", hello])


@pytest.mark.parametrize(
    "answer", [None, 5, "text", [], {"failed": 5}, {"failed": {}}, {"failed": {"message": []}}], ids=repr
)
def test_a_start_that_is_answered_in_another_form_fails(answer):
    with pytest.raises(StartFailed):
        start(good_hello(), [1, 1, None, answer])


GOOD_ENTRY = {
    "slot": 0,
    "kind": "check_media_file_for_spam",
    "module": 0,
    "nth": 0,
    "name": "checkMediaFileForSpam",
    "file": "/x.ts",
}


@pytest.mark.parametrize(
    "entries",
    [
        *(None, 5, "text", [None], [5], [{}]),
        *(
            [{**GOOD_ENTRY, **wrong}]
            for wrong in ({"slot": "0"}, {"slot": True}, {"kind": "x"}, {"nth": None}, {"kind": []})
        ),
    ],
    ids=repr,
)
def test_callbacks_that_are_described_in_another_form_fail_the_start(entries):
    with pytest.raises(StartFailed):
        start(good_hello(), [1, 1, None, {}], [1, 2, None, {"entries": entries}])


def test_a_start_in_the_right_form_succeeds():
    entries = start(good_hello(), [1, 1, None, {}], [1, 2, None, {"entries": [GOOD_ENTRY]}])
    assert [entry.kind for entry in entries] == ["check_media_file_for_spam"]


def good_hello():
    return [2, "hello", {"magic": "synapse-media-bridge-callbacks", "protocol": [1, 1], "version": "1"}]


def start(*messages):
    """The start of a Node that says these, whatever it is asked."""
    hello = Hello()
    node = HostileNode(notifications={"hello": hello.hear})

    async def converse():
        await initialize(node.peer, hello, SETTINGS)
        return await set_up(node.peer, {})

    def answer():
        # An answer that no question waits for yet would be ignored.
        if messages_left and (len(messages_left) == len(messages) or node.peer.calls_in_flight):
            node.say(messages_left.pop(0))

    messages_left = list(messages)
    try:
        return wait_for(converse(), node.channel, 10_000, answer)
    finally:
        node.close()
