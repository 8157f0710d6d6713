"""The golden vectors of the wire on the child's side; the host's is test/bridge/wire-vectors.test.ts."""

import json
import math
from pathlib import Path

import pytest
from media_bridge_shim.wire.codec import decode, encode

VECTORS = json.loads((Path(__file__).parents[2] / "fixtures/wire/vectors.json").read_text())


def read_tagged(tagged):
    if isinstance(tagged, list):
        return [read_tagged(item) for item in tagged]
    if not isinstance(tagged, dict):
        return tagged
    ((tag, content),) = tagged.items()
    if tag == "map":
        return {read_tagged(key): read_tagged(value) for key, value in content}
    return {"int": int, "float": float}[tag](content)


def same(one, other):
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector):
    value = read_tagged(vector["value"])
    assert encode(value).hex() == vector["frame"]
    for form in ("frame", "frameOfHost"):
        if form in vector:
            frame = bytes.fromhex(vector[form])
            assert int.from_bytes(frame[:4], "big") == len(frame) - 4
            assert same(value, decode(frame[4:]))
