"""What callbacks raise, and how long they may take."""

import json
import os
import signal

import pytest
from bridge_child import CallError
from exceeded import EXCEEDED

ALLOWED = ("is_user_allowed_to_upload_media_of_size", "@a:b", 10)


def error_of(child, expression, module=0):
    decided, _, slots = child.ask(ALLOWED[0], expression, 10, module=module)
    wire = slots[0][2]
    assert (decided, len(slots), slots[0][0]) == (0, 1, "error")
    assert (wire["module"], wire["slot"]) == (module, child.slot_of[module, ALLOWED[0]])
    assert child.call("ping") is None
    return wire


@pytest.mark.parametrize("module", [0, 1])
@pytest.mark.parametrize(
    "error",
    [
        "ValueError('x')",
        "SystemExit(1)",
        "KeyboardInterrupt()",
        "GeneratorExit()",
        "asyncio.CancelledError()",
        "defer.CancelledError()",
        "BaseException('x')",
        "StopAsyncIteration()",
    ],
)
def test_whatever_is_raised_is_the_modules_error(asked, module, error):
    wire = error_of(asked, f"throw({error})", module)
    assert wire["kind"] == "module"
    assert wire["type"] == error.split("(")[0].split(".")[-1]
    assert "answers.py" in wire["traceback"]


def test_stop_iteration_is_an_error_and_no_answer(asked):
    assert error_of(asked, "throw(StopIteration(True))", module=1)["kind"] == "module"


def test_a_failed_deferred_is_an_error(asked):
    assert error_of(asked, "defer.fail(LookupError('later'))", module=1)["type"] == "LookupError"


def test_a_synapse_error_is_a_response_with_fields_of_any_name(asked):
    fields = "{'retry_after_ms': 5, 'code': 1, 'msg': 'x'}"
    wire = error_of(asked, f"throw(SynapseError(429, 'slow', 'ORG_SLOW', {fields}, {{'Retry-After': '2'}}))")
    assert (wire["kind"], wire["status"], wire["errcode"], wire["headers"]) == (
        "synapse",
        429,
        "ORG_SLOW",
        {"Retry-After": "2"},
    )
    body = {"errcode": "ORG_SLOW", "error": "slow", "retry_after_ms": 5, "code": 1, "msg": "x"}
    assert json.loads(wire["body"]) == body


def test_a_subclass_of_synapse_error_words_its_own_body(asked):
    wire = error_of(asked, "throw(OwnError(403, 'x'))")
    assert json.loads(wire["body"]) == {"errcode": "ORG_OWN", "error": "mine", "code": 1, "msg": 2}
    assert wire["errcode"] == "ORG_OWN"


@pytest.mark.parametrize(
    "error",
    [
        "SynapseError(200, 'fine')",
        "SynapseError(302, 'there')",
        "SynapseError(600, 'x')",
        "SynapseError(400, 'x', headers={'A': 'b\\r\\nC: d'})",
        "SynapseError(400, 'x', headers={'A b': 'c'})",
        "SynapseError(400, 'x', additional_fields={'a': {1}})",
        "SynapseError(400, '\\ud800')",
    ],
)
def test_a_synapse_error_that_cannot_be_sent_is_the_modules_error(asked, error):
    assert error_of(asked, f"throw({error})")["kind"] == "module"


def test_long_texts_and_lone_surrogates_of_an_error_are_cut_and_escaped(asked):
    wire = error_of(asked, "throw(ValueError('\\ud800' + 'x' * 100_000))")
    assert wire["message"].startswith("\\ud800xxx")
    assert len(wire["message"]) == 4096
    assert len(wire["traceback"]) == 16384


@pytest.mark.parametrize(
    "do, text",
    [
        ("forever", "got twisted.internet.defer"),
        ("forever_in_asyncio", "got asyncio.exceptions"),
        ("swallows", "swallowed"),
    ],
)
def test_a_callback_past_its_deadline_is_cancelled_and_the_next_one_runs(child, do, text):
    child.load(("stubborn.Module", {"do": do}), ("answers.Module", {"exceeded": "None"}))
    decided, _, slots = child.run(*EXCEEDED, deadline_ms=60)
    assert decided is None
    assert (slots[0][0], slots[0][2]["kind"], type(slots[1])) == ("error", "timeout", int)
    child.wait_for_stderr(text)
    assert child.run(*EXCEEDED, slots=child.slots[1:])[0] is None


def test_a_run_is_cancelled_by_its_id(child):
    child.load(("stubborn.Module", {"do": "forever"}))
    call = child.request("run", [False, [[EXCEEDED[0], child.slots, list(EXCEEDED[1:]), 60_000]]])
    child.wait_for_stderr("waits")
    child.notify("cancel", {"id": call})
    with pytest.raises(CallError) as caught:
        child.answer_of(call)
    assert caught.value.error["kind"] == "cancelled"
    child.wait_for_stderr("got twisted.internet.defer")


def test_runs_wait_side_by_side_and_may_end_in_another_order(child):
    child.load(("answers.Module", {"allowed": "(await sleep(args[1] / 100)) or True"}))
    step = lambda size: [False, [[ALLOWED[0], child.slots, ["@a:b", size], 10_000]]]  # noqa: E731
    slow, quick = child.request("run", step(30)), child.request("run", step(1))
    assert child.answer_of(quick)[0][0] is None
    assert slow not in child._responses
    assert child.answer_of(slow)[0][0] is None


def test_a_callback_that_blocks_is_named_with_its_line_once(child):
    child.load(("stubborn.Module", {"do": "blocks"}))
    assert child.run(*EXCEEDED)[0] is None
    record = child.wait_for_record("blocks the reactor")
    assert (record["level"], record["module"]) == ("warning", "stubborn.Module")
    assert "on_media_upload_limit_exceeded of stubborn.Module" in record["message"]
    assert "stubborn.py:" in record["message"]
    assert child.stderr_text().count("blocks the reactor") == 1


def test_sigusr1_prints_the_stacks_also_while_blocked(child):
    child.load(("stubborn.Module", {"do": "blocks_for_long"}))
    child.request("run", [False, [[EXCEEDED[0], child.slots, list(EXCEEDED[1:]), 60_000]]])
    child.wait_for_stderr("blocks now")
    os.kill(child.process.pid, signal.SIGUSR1)
    child.wait_for_stderr("in blocks_for_long")
    child.process.kill()


@pytest.mark.parametrize(
    "kind, args",
    [
        (ALLOWED[0], ["True", None]),
        (EXCEEDED[0], ["None", EXCEEDED[2], None, 2]),
        (EXCEEDED[0], ["None", EXCEEDED[2], 1, None]),
    ],
)
def test_a_size_that_is_missing_is_refused_before_a_callback_is_called(asked, kind, args):
    with pytest.raises(CallError, match="TypeError"):
        asked.run(kind, *args, slots=[asked.slot_of[0, kind]])


def test_the_size_may_be_missing_where_limits_are_asked_for(asked):
    kind = "get_media_upload_limits_for_user"
    assert asked.run(kind, "[]", None, slots=[asked.slot_of[0, kind]])[:2] == [0, []]
