"""A Node that only has shadows, while Synapse's reactor runs: what waits for it, and what the log says."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
NODE = [sys.executable, str(PROGRAMS / "other_node.py")]


@pytest.fixture
def lines_with(tmp_path):
    """Starts a process with a command in the place of Node: what it says until a line has these words."""
    started = []

    def start(command, words):
        program = [sys.executable, str(PROGRAMS / "only_shadows.py"), str(tmp_path / "data"), *command]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environment)
        started.append(process)
        # Ends the reading where the words never come.
        timer = threading.Timer(60, process.kill)
        timer.start()
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if words in line:
                break
        timer.cancel()
        return lines

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_reactor_waits_for_no_disk_where_node_is_started_while_it_runs(lines_with, tmp_path):
    lines = lines_with([*NODE, "ends"], "is gone")
    assert f"another thread writes {tmp_path}/data/shadows.yaml" in lines
    assert [line for line in lines if line.startswith("the main thread writes")] == []


def test_a_node_that_does_not_answer_about_shadows_has_a_deadline(lines_with):
    words = "Nothing is compared: no answer to shadows within 1000 ms"
    assert lines_with([*NODE, "is silent"], words)[-1] == words


def test_the_log_says_that_nothing_is_compared_where_node_is_gone(lines_with):
    words = "Nothing is compared: Node is gone: Node closed it; it is started again"
    assert lines_with([*NODE, "ends"], words)[-1] == words


def test_the_log_says_that_nothing_is_compared_where_node_cannot_be_started(lines_with):
    words = "Nothing is compared: Node cannot be started: command: /no/such/program cannot be started"
    assert lines_with(["/no/such/program"], words)[-1].startswith(words)
