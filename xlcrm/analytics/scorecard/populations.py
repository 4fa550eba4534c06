"""The rows of the scorecard: objectives, measures, initiatives, links."""

from __future__ import annotations

import narwhals as nw

from xlcrm.reduce.population import Population, Rule

OBJECTIVES = Population("objectives", "objectives")
MEASURES = Population("measures", "measures")
SCORED = Population(
    "measures",
    "measures with a target",
    (Rule(~nw.col("target").is_null(), "no target", ("target",)),),
)
INITIATIVES = Population("initiatives", "initiatives")
LINKS = Population("links", "links")
