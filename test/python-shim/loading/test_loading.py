"""Handshake, and loading modules by Synapse's rules."""

import json

import pytest
from bridge_child import CallError

CONFIG = "get_media_config_for_user"


def fail(child, *modules):
    with pytest.raises(CallError) as caught:
        child.load(*modules)
    return caught.value.error


def test_the_first_frame_is_hello(child):
    hello = child.notification("hello")
    assert hello["magic"] == "synapse-media-bridge"
    assert hello["protocol"] == [1, 1]
    assert hello["pid"] == child.process.pid


def test_a_config_without_parser_arrives_as_it_is(child):
    child.load(("shapes.NoParser", '{"a": 123456789012345678901234567890}'))
    assert child.run(CONFIG, "@a:b")[1] == '{"a":123456789012345678901234567890}'


def test_a_config_holds_what_json_cannot_say(child):
    times = [{"!date": "2024-01-02"}, {"!datetime": "2024-01-02T03:04:05.600000+05:30"}]
    pairs = [[2, times], [None, {"!map": [["!date", 1.0]]}], [True, {"a": float("nan")}]]
    child.load(("shapes.Shown", {"!map": pairs}))
    shown = json.loads(child.run(CONFIG, "@a:b")[1])["is"]
    assert shown == (
        "{2: [datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5, 600000, "
        "tzinfo=datetime.timezone(datetime.timedelta(seconds=19800)))], None: {'!date': 1.0}, True: {'a': nan}}"
    )


@pytest.mark.parametrize(
    "name, config, body",
    [("NoParser", "null", {}), ("StaticParser", "{}", {"parsed": {}}), ("ClassParser", "{}", {"class": "ClassParser"})],
)
def test_what_the_parser_answers_goes_to_the_constructor(child, name, config, body):
    child.load((f"shapes.{name}", config))
    assert json.loads(child.run(CONFIG, "@a:b")[1]) == body


def test_construct_tells_what_was_registered_and_what_is_never_fired(child):
    (answer,) = child.load("shapes.Twice")
    assert answer["unfired"] == ["on_new_event"]
    assert [(entry["slot"], entry["kind"], entry["nth"], entry["name"]) for entry in answer["entries"]] == [
        (0, CONFIG, 0, "Twice.config"),
        (1, CONFIG, 1, "Twice.config"),
    ]
    assert answer["entries"][0]["file"].endswith("modules/shapes.py")
    assert answer["entries"][0]["line"] > 1


def test_initialize_names_the_file_of_each_module(child):
    answer = child.initialize(("shapes.Twice", {}))
    assert answer["modules"][0]["index"] == 0
    assert answer["modules"][0]["file"].endswith("modules/shapes.py")


def test_a_late_registration_is_told_from_the_reactor_and_from_a_thread(child):
    (answer,) = child.load("late.Module")
    assert answer["entries"] == []
    entries = []
    while len(entries) < 2:
        entries += child.notification("registered")["entries"]
    assert [entry["nth"] for entry in entries] == [0, 1]


def test_what_a_callback_sets_in_its_context_is_gone_in_the_next_run(child):
    child.load("late.Module")
    slot = child.notification("registered")["entries"][0]["slot"]
    for _ in range(2):
        assert child.run(CONFIG, "@a:b", slots=[slot])[1] == '{"seen":1}'


@pytest.mark.parametrize(
    "module, phase, text",
    [
        ("no_such_package.Module", "import", "no_such_package"),
        ("shapes.NoSuchClass", "import", "shapes has no class NoSuchClass"),
        ("shapes", "import", "not of the form"),
        ("exits_at_import.Module", "import", "1"),
        ("broken.Exit", "construct", "3"),
        ("broken.NotCallable", "construct", "broken.NotCallable registered a str as get_media_config_for_user"),
        ("broken.UnknownKeyword", "construct", "newer than 1.163?"),
    ],
)
def test_a_module_that_cannot_be_loaded_says_why_and_in_which_phase(child, module, phase, text):
    error = fail(child, "shapes.Twice", module)
    assert (error["kind"], error["module"], error["phase"]) == ("module", 1, phase)
    assert text in error["message"]


@pytest.mark.parametrize("name", ["Parse", "Init"])
def test_the_error_has_no_value_of_the_configuration(child, name):
    config = {"secret": "hunter2'\"\\n!\nsecond line", "nested": [{"number": 424242}]}
    config["day"] = {"!date": "2024-05-06"}
    error = fail(child, (f"broken.{name}", config))
    for value in ("hunter2", "424242", "second line", "2024-05-06", "2024, 5, 6"):
        assert value not in error["message"] + error["traceback"]
    assert "<value>" in error["message"]


def test_a_config_error_names_the_path(child):
    assert "limits.size" in fail(child, ("broken.Parse", {"secret": "abc", "nested": [{"number": 1}]}))["message"]


def test_requests_out_of_order_are_refused_and_harm_nothing(child):
    child.notification("hello")
    for method, params, kind in (
        ("construct", {"index": 0}, "protocol"),
        ("run", [False, []], "unavailable"),
        ("__class__", None, "protocol"),
        ("initialize", {"protocol": 9}, "protocol"),
    ):
        with pytest.raises(CallError) as caught:
            child.call(method, params)
        assert caught.value.error["kind"] == kind
    assert child.call("ping") is None


@pytest.mark.parametrize(
    "steps",
    [
        [["no_such_kind", [0], ["a"], 1]],
        [[CONFIG, [9], ["a"], 1]],
        [[CONFIG, [0], [], 1]],
        [["x"]],
        "x",
        [[CONFIG, [0], 5, 1]],
    ],
)
def test_a_run_of_wrong_form_is_refused(child, steps):
    child.load("shapes.Twice")
    with pytest.raises(CallError) as caught:
        child.call("run", [False, steps])
    assert caught.value.error["kind"] == "protocol"
