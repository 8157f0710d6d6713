"""Code written for asyncio, in callbacks and beside them."""

import json

import pytest

CONFIG = "get_media_config_for_user"


@pytest.mark.parametrize(
    ("do", "answer"),
    [
        ("names_its_task", {"same": True, "task": True}),
        ("names_its_loop", {"same": True, "task": True}),
        ("asks_late", {"same": True}),
        ("asks_and_answers", {"task": True}),
        ("answers_plainly", {"task": True}),
        ("times_out", {"timed": "out"}),
        ("times_out_on_a_deferred", {"heard": ["cancelled"]}),
        ("gathers", {"gathered": [3, 1, 2], "task": True}),
        ("awaits_a_failure", {"caught": "in a Deferred"}),
        ("keeps_variables", {"before": "nothing", "after": "@a:b"}),
        ("in_background", {"work": True, "process": True, "failed": "in background", "plain": "plain"}),
        ("by_generator", {"value": "waited", "future": "as well"}),
        ("by_future", {"future": True}),
        ("by_task", {"gathered": [3, 1, 2], "task": True}),
    ],
)
def test_a_callback_may_be_written_for_asyncio(child, do, answer):
    child.load(("tasks.Module", {"do": do}))
    for _ in range(2):
        decided, value, reports = child.run(CONFIG, "@a:b")
        assert decided == 0, reports
        assert json.loads(value) == answer


def test_what_fails_in_its_task_is_the_modules_error(child):
    child.load(("tasks.Module", {"do": "fails"}))
    _, _, reports = child.run(CONFIG, "@a:b")
    assert (reports[0][0], reports[0][2]["type"]) == ("error", "LookupError")
    assert "in fails" in reports[0][2]["traceback"]


def test_a_callback_in_its_task_is_cancelled_past_its_deadline(child):
    child.load(("tasks.Module", {"do": "forever"}))
    _, _, reports = child.run(CONFIG, "@a:b", deadline_ms=60)
    assert reports[0][2]["kind"] == "timeout"
    child.wait_for_stderr("waits True")
    child.wait_for_stderr("got asyncio.exceptions")
