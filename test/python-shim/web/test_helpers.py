"""Helpers of `synapse.http` beside those of Synapse 1.163.2, value by value (recorded from a real one)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
SYNAPSE = PROJECT / ".synapse" / "bin" / "python"
RECORDED = json.loads((HERE / "recorded-1.163.json").read_text())


def answers_of(python, path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    done = subprocess.run(
        [python, str(HERE / "cases.py")], capture_output=True, text=True, timeout=120, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def ours():
    return answers_of(sys.executable, [PROJECT / "python-shim" / "compat", PROJECT / "python-shim"])


def test_every_case_is_recorded(ours):
    assert sorted(ours) == sorted(RECORDED)


@pytest.mark.parametrize("case", sorted(RECORDED))
def test_answers_as_synapse(ours, case):
    assert ours[case] == RECORDED[case]


@pytest.mark.skipif(not SYNAPSE.exists(), reason="Synapse is not installed in .synapse")
def test_the_record_is_what_synapse_answers():
    assert answers_of(SYNAPSE, []) == RECORDED
