import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [
    str(HERE.parents[1] / "python-shim" / "compat"),
    str(HERE.parents[1] / "python-shim"),
    str(HERE / "support"),
]

from bridge_child import Child  # noqa: E402


@pytest.fixture
def start_child():
    children = []

    def start(**options):
        children.append(Child(**options))
        return children[-1]

    yield start
    for child in children:
        child.close()


@pytest.fixture(scope="session")
def asked():
    """One child for many questions: a callback answers with what the expression in its first argument says."""
    child = Child()
    child.load("answers.Asked", "answers.AskedPlain", "answers.Silent")
    yield child
    child.close()


@pytest.fixture
def child(start_child):
    return start_child()
