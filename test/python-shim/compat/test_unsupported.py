"""What is not supported says so, and how."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

SHIM = Path(__file__).resolve().parents[3] / "python-shim"

ONLY_THERE = ": only Synapse itself has it"
NOT_THERE_EITHER = ", and Synapse 1.163 does not have it either"


@pytest.mark.parametrize(
    ("statement", "named", "said"),
    [
        ("import synapse.handlers", "synapse.handlers", ONLY_THERE),
        ("import synapse.handlers.auth", "synapse.handlers.auth", ONLY_THERE),
        ("from synapse.media.thumbnailer import Thumbnailer", "synapse.media.thumbnailer", ONLY_THERE),
        ("from synapse.util.msisdn import phone_number_to_msisdn", "synapse.util.msisdn", ONLY_THERE),
        ("import synapse.util.nonsense.deep", "synapse.util.nonsense.deep", NOT_THERE_EITHER),
        ("from synapse.module_api import Foo", "synapse.module_api.Foo", NOT_THERE_EITHER),
        ("from synapse.types import Foo", "synapse.types.Foo", NOT_THERE_EITHER),
        (
            "from synapse.module_api.callbacks.spamchecker_callbacks import Foo",
            "spamchecker_callbacks.Foo",
            NOT_THERE_EITHER,
        ),
    ],
)
def test_importing_what_is_not_there_names_it_and_says_whether_synapse_has_it(statement, named, said):
    with pytest.raises(ImportError) as raised:
        exec(statement, {})
    assert f"{named} is not supported by the media service{said}" in str(raised.value)


def test_touching_a_name_that_is_not_there_is_an_attribute_error():
    module = importlib.import_module("synapse.types")
    assert not hasattr(module, "Foo")
    assert getattr(module, "Foo", 3) == 3
    with pytest.raises(AttributeError, match="synapse.types.Foo is not supported by the media service"):
        _ = module.Foo


def test_a_synapse_that_is_installed_is_never_mixed_in(tmp_path):
    installed = tmp_path / "synapse" / "handlers"
    installed.mkdir(parents=True)
    for folder in (installed, installed.parent):
        (folder / "__init__.py").write_text("raise SystemExit('the other one')\n")
    script = "import synapse.types\nimport synapse.handlers"
    done = run(script, [SHIM / "compat", SHIM, tmp_path])
    assert done.returncode == 1
    assert "synapse.handlers is not supported by the media service" in done.stderr


def test_module_api_does_not_import_what_is_heavy():
    script = """
import sys, twisted.internet.reactor
import synapse.module_api
heavy = ("treq", "jinja2", "prometheus_client", "twisted.web", "immutabledict")
print([name for name in heavy if name in sys.modules])
"""
    assert run(script, [SHIM / "compat", SHIM]).stdout.strip() == "[]"


def run(script, folders):
    code = f"import sys; sys.path[:0] = {[str(folder) for folder in folders]!r}\n{script}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
