"""What the sheets of the strategy ask for: rule, treatment of missing scores, period."""

from __future__ import annotations

from xlcrm.analytics.scorecard.rules import OF_STRATEGY
from xlcrm.analytics.scorecard.tree import MISSING
from xlcrm.workbook.template.inputs import Input

RULE = Input(
    "Scoring rule",
    "piecewise",
    OF_STRATEGY,
    "piecewise: worst 0, red 33.3, target 66.7, stretch 100, straight between.",
)
UNKNOWN = Input(
    "Missing",
    "ignore",
    MISSING,
    "A measure without an actual: left out, counted as 0, or makes all above blank.",
)
PERIOD = Input(
    "Period",
    None,
    ("this year", "last 12 months", "last quarter", "YTD"),
    "What all measures are read over. Blank: each over its own period.",
    only=False,
)
