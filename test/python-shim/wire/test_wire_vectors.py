"""The golden vectors of the wire on the child's side; the host's is test/bridge/wire-vectors.test.ts."""

import pytest
from media_bridge_shim.wire.codec import decode, encode
from wire_vectors import VECTORS, read_tagged, same


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector):
    value = read_tagged(vector["value"])
    assert encode(value).hex() == vector["frame"]
    for form in ("frame", "frameOfHost"):
        if form in vector:
            frame = bytes.fromhex(vector[form])
            assert int.from_bytes(frame[:4], "big") == len(frame) - 4
            assert same(value, decode(frame[4:]))
