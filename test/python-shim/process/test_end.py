"""How the child ends."""

import os
import signal
import subprocess
import sys

import pytest
from bridge_child import SHIM, CallError
from exceeded import EXCEEDED


def test_an_environment_that_lacks_something_is_named_in_one_line_with_the_remedy(start_child, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path)], check=True)
    child = start_child(executable=str(tmp_path / "bin" / "python"))
    assert child.wait_for_exit() == 78
    (line,) = child.stderr
    assert "lacks Twisted, msgpack" in line
    assert f"-m pip install -r {SHIM}/requirements.txt" in line


def test_shutdown_runs_the_triggers_and_leaves_threads_of_modules_behind(child):
    child.load(("stubborn.Module", {"do": "keeps_thread"}))
    child.run(*EXCEEDED)
    assert child.call("shutdown", {"grace_ms": 0}) is None
    assert child.wait_for_exit() == 0
    child.wait_for_stderr("trigger ran")


def test_shutdown_lets_runs_end_and_takes_no_new_ones(child):
    child.load(("answers.Module", {"allowed": "(await sleep(0.3)) or True"}))
    run = [False, [["is_user_allowed_to_upload_media_of_size", child.slots, ["@a:b", 1], 10_000]]]
    running = child.request("run", run)
    shutdown = child.request("shutdown", {"grace_ms": 10_000})
    with pytest.raises(CallError) as caught:
        child.call("run", run)
    assert caught.value.error["kind"] == "unavailable"
    assert child.answer_of(running)[0][0] is None
    assert child.answer_of(shutdown) is None
    assert child.wait_for_exit() == 0


def test_shutdown_cancels_what_does_not_end_within_the_grace(child):
    child.load(("stubborn.Module", {"do": "swallows"}))
    running = child.request("run", [False, [[EXCEEDED[0], child.slots, list(EXCEEDED[1:]), 60_000]]])
    child.call("shutdown", {"grace_ms": 50})
    with pytest.raises(CallError) as caught:
        child.answer_of(running)
    assert caught.value.error["kind"] == "cancelled"
    assert child.wait_for_exit() == 0


@pytest.mark.parametrize("loaded", [True, False])
def test_end_of_file_ends_the_child(child, loaded):
    if loaded:
        child.load("shapes.Twice")
    else:
        child.notification("hello")
    child.process.stdin.close()
    assert child.wait_for_exit() == 0


@pytest.mark.parametrize("loaded", [True, False])
def test_sigterm_is_an_orderly_end(child, loaded):
    if loaded:
        child.load("shapes.Twice")
    else:
        child.notification("hello")
        child.call("ping")
    os.kill(child.process.pid, signal.SIGTERM)
    assert child.wait_for_exit() == 0


def test_a_blocked_child_ends_when_the_channel_does(child):
    child.load(("stubborn.Module", {"do": "blocks_for_long"}))
    child.request("run", [False, [[EXCEEDED[0], child.slots, list(EXCEEDED[1:]), 60_000]]])
    child.wait_for_stderr("blocks now")
    child.process.stdin.close()
    assert child.wait_for_exit() == 0
