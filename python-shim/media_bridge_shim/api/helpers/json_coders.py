"""The encoder and the decoder of `synapse.util.json`."""

from __future__ import annotations

import json

json_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
json_decoder = json.JSONDecoder()
