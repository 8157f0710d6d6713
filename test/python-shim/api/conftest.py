"""The packages under test come first, as in the child; `run` starts a child with a running reactor."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

SHIM = Path(__file__).resolve().parents[3] / "python-shim"
sys.path[:0] = [str(SHIM / "compat"), str(SHIM)]


@pytest.fixture
def run():
    def start(script, **settings):
        command = [sys.executable, str(Path(__file__).parent / "child.py"), json.dumps(settings)]
        done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return SimpleNamespace(result=json.loads(done.stdout), log=done.stderr)

    return start
