"""The golden vectors of the wire, and the values that their texts mean."""

import json
import math
from pathlib import Path

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
