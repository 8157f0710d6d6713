"""Events as modules read them."""

import copy
from collections.abc import Mapping

import pytest
from media_bridge_shim.api.vocabulary.event_base import EventBase

MEMBER = {
    "event_id": "$e",
    "room_id": "!r:x",
    "type": "m.room.member",
    "sender": "@a:x",
    "state_key": "@b:x",
    "origin_server_ts": 5,
    "content": {"membership": "invite", "n": [1]},
    "unsigned": {"age": 7},
    # What clients of the first version are told beside the event.
    "user_id": "@a:x",
    "age": 7,
    "prev_content": {},
}


def test_a_state_event_has_the_attributes_that_modules_read():
    event = EventBase(MEMBER)
    read = (event.event_id, event.room_id, event.type, event.sender, event.user_id, event.state_key)
    assert read == ("$e", "!r:x", "m.room.member", "@a:x", "@a:x", "@b:x")
    assert (event.origin_server_ts, event.membership, event.rejected_reason, event.redacts) == (5, "invite", None, None)
    assert (event.is_state(), event.get_state_key(), event["type"], "type" in event) == (True, "@b:x", event.type, True)
    assert (event.get("sender"), event.get("nothing"), event.get("nothing", 1)) == ("@a:x", None, 1)
    assert repr(event) == "<EventBase event_id=$e, type=m.room.member, state_key=@b:x>"
    assert "age" not in event.keys()
    assert dict(event.items())["unsigned"] == {"age": 7}


def test_content_is_a_mapping_that_cannot_be_changed():
    event = EventBase(MEMBER)
    assert isinstance(event.content, Mapping)
    assert dict(event.content) == MEMBER["content"]
    with pytest.raises(TypeError):
        event.content["membership"] = "join"
    with pytest.raises(TypeError):
        event.unsigned["age"] = 8


def test_copies_are_apart_from_the_event():
    event = EventBase(MEMBER)
    for changed in (event.get_dict(), event.deep_copy().get_dict(), copy.deepcopy(event).get_dict()):
        changed["content"]["n"].append(2)
    assert event.content["n"] == [1]


def test_what_is_not_a_state_event_has_no_state_key():
    event = EventBase({"type": "m.room.message", "content": {}, "event_id": "$e"})
    assert (event.is_state(), event.get_state_key(), hasattr(event, "state_key")) == (False, None, False)
    with pytest.raises(KeyError):
        _ = event.membership


@pytest.mark.parametrize("place", ["event", "content"])
def test_a_redaction_names_its_event_in_either_place(place):
    event = {"type": "m.room.redaction", "content": {}}
    (event if place == "event" else event["content"])["redacts"] = "$old"
    assert EventBase(event).redacts == "$old"


@pytest.mark.parametrize("name", ["depth", "auth_event_ids", "hashes", "internal_metadata", "room_version"])
def test_what_only_the_homeserver_knows_is_a_missing_attribute_that_says_so(name):
    event = EventBase(MEMBER)
    assert not hasattr(event, name)
    with pytest.raises(AttributeError, match=rf"EventBase\.{name} is not supported .* does not tell it to clients"):
        getattr(event, name)
