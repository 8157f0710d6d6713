"""What modules log and print arrives with the module and the request."""

import pytest

ALLOWED = "is_user_allowed_to_upload_media_of_size"


@pytest.fixture
def talked(child):
    child.load("logging_well.Module")
    for request in (7, None):
        params = [False, [[ALLOWED, child.slots, ["@a:b", 1], 10_000]]]
        assert child.call("run", params if request is None else [*params, request])[0][0] is None
    child.call("shutdown", {"grace_ms": 0})
    assert child.wait_for_exit() == 0
    return child


def records_of(child, message):
    import json

    lines = [json.loads(line[1:]) for line in child.stderr if line.startswith("\x1e")]
    return [record for record in lines if record["message"].startswith(message)]


@pytest.mark.parametrize(
    ("message", "level", "logger"),
    [
        ("log first", "warning", "own.logger"),
        ("log thread", "info", "own.logger"),
        ("log later", "info", "own.logger"),
        ("log failure", "error", "own.logger"),
        ("log background", "info", "own.logger"),
        ("print first", "info", "stdout"),
        ("print thread", "info", "stdout"),
        ("print later", "info", "stdout"),
        ("no end of line", "info", "stdout"),
        ("Traceback (most recent call last):", "info", "stderr"),
    ],
)
def test_a_callback_is_known_by_module_and_request(talked, message, level, logger):
    with_request, without = records_of(talked, message)
    for record in (with_request, without):
        assert (record["level"], record["logger"], record["module"]) == (level, logger, "logging_well.Module")
    assert with_request["request"] == 7
    assert "request" not in without


def test_tracebacks_stay_whole(talked):
    (logged, _), (printed, _) = records_of(talked, "log failure"), records_of(talked, "Traceback")
    assert logged["traceback"].endswith("LookupError: caught\n")
    assert printed["message"].endswith("\nLookupError: caught")


@pytest.mark.parametrize("message", ["print import", "print init continues"])
def test_what_is_printed_while_loading_is_known_by_module(talked, message):
    (record,) = records_of(talked, message)
    assert (record["module"], "request" in record) == ("logging_well.Module", False)


@pytest.mark.parametrize("line", ["raw write\n", "print outside\n"])
def test_a_line_of_an_unknown_origin_stays_as_it_is(talked, line):
    assert talked.stderr.count(line) == 2


@pytest.mark.parametrize("level", ["info", "debug"])
def test_what_twisted_says_of_its_ports_is_told_at_debug_and_under_no_modules_name(child, level):
    child.load("listening.Module", log_level=level)
    assert child.run(ALLOWED, "@a:b", 1)[0] is None
    child.call("shutdown", {"grace_ms": 0})
    assert child.wait_for_exit() == 0
    told = [
        record
        for start in ("Starting fact", "Stopping fact", "Factory start", "(TCP Port")
        for record in records_of(child, start)
    ]
    assert len(told) == (6 if level == "debug" else 0)
    assert [(record["level"], record.get("module")) for record in told] == [("debug", None)] * len(told)
    (own,) = records_of(child, "words of the module's own")
    assert (own["level"], own["module"]) == ("info", "listening.Module")
