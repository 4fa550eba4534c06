"""Tests of hosts ask every function as the contract suite does: `calls.py` stands beside it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "contract"))
