"""The packages under test come first, as in the child."""

import sys
from pathlib import Path

SHIM = Path(__file__).resolve().parents[3] / "python-shim"
sys.path[:0] = [str(SHIM / "compat"), str(SHIM)]
