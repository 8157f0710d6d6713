"""Every public name of the modules that are imitated: it is here, or says that it is not supported when it is touched.

The names were read from Synapse 1.163.2 by read_names.py; where a real Synapse is installed, they are compared with it.
"""

import importlib
import json
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
PUBLIC = json.loads((FOLDER / "public-names-1.163.json").read_text())
SYNAPSE = FOLDER.parents[2] / ".synapse" / "bin" / "python"


@pytest.mark.parametrize("path", sorted(PUBLIC["names"]))
def test_every_public_name_is_here_or_says_that_it_is_not(path):
    module = importlib.import_module(path)
    missing = [name for name in PUBLIC["names"][path] if not hasattr(module, name)]
    assert set(missing) <= set(PUBLIC["absent"].get(path, []))
    for name in missing:
        with pytest.raises(AttributeError, match=f"{path}.{name} is not supported by the media service"):
            getattr(module, name)
        with pytest.raises(ImportError, match=f"{path}.{name} is not supported by the media service"):
            exec(f"from {path} import {name}", {})


@pytest.mark.skipif(not SYNAPSE.exists(), reason="Synapse is not installed in .synapse")
def test_the_list_is_that_of_a_real_synapse():
    command = [str(SYNAPSE), str(FOLDER / "read_names.py"), *PUBLIC["names"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout) == PUBLIC["names"]


EVENT = {"type": "m.x", "sender": "@a:b", "room_id": "!r:b", "auth_events": [], "depth": 3, "unsigned": {"age": 1}}


def test_events_are_formatted_as_clients_see_them():
    from synapse.events import utils

    clean = {key: EVENT[key] for key in ("type", "sender", "room_id", "unsigned")}
    assert utils.format_event_for_client_v2(dict(EVENT)) == clean
    assert utils.format_event_for_client_v1(dict(EVENT)) == {**clean, "user_id": "@a:b", "age": 1}
    without_room = {key: clean[key] for key in clean if key != "room_id"}
    assert utils.format_event_for_client_v2_without_room_id(dict(EVENT)) == without_room
    assert utils.format_event_raw(EVENT) is EVENT


def test_texts_are_checked_as_synapse_checks_them():
    from synapse.api.errors import SynapseError
    from synapse.util import stringutils as texts

    assert [texts.base62_encode(number, width) for number, width in ((0, 1), (61, 1), (62, 4), (12345678, 1))] == [
        "0",
        "z",
        "0010",
        "pnfq",
    ]
    assert texts.parse_server_name("[::1]:80") == ("[::1]", 80)
    assert [texts.valid_id_server_location(text) for text in ("a/b/", "a:80/x", "a/..", "a:x", "a/b?c", "a b")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    texts.assert_valid_client_secret("a" * 255)
    for wrong in ("", "a b", "a" * 256):
        with pytest.raises(SynapseError) as raised:
            texts.assert_valid_client_secret(wrong)
        assert (raised.value.code, raised.value.errcode) == (400, "M_INVALID_PARAM")
    assert texts.non_null_str_or_none("a\0b") is None


def test_types_can_be_named_and_values_be_made():
    from synapse.config._base import Config, ConfigError, RootConfig, format_config_error
    from synapse.module_api.callbacks.spamchecker_callbacks import SpamCheckerModuleApiCallbacks
    from synapse.types import DeviceListUpdates, ISynapseReactor, RetentionPolicy, ThirdPartyInstanceID

    def annotated(a: ISynapseReactor, b: SpamCheckerModuleApiCallbacks, c: RootConfig, d: Config) -> None: ...

    assert not isinstance(3, ISynapseReactor)
    with pytest.raises(NotImplementedError, match="synapse.types.ISynapseReactor"):
        ISynapseReactor()
    assert ThirdPartyInstanceID.from_string("a|b").to_string() == "a|b"
    assert not DeviceListUpdates()
    assert RetentionPolicy(max_lifetime=3).min_lifetime is None
    assert "".join(format_config_error(ConfigError("bad", ("a", "b")))) == "Error in configuration at 'a.b':\n  bad"
