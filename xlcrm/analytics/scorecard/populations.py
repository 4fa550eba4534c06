"""The rows of the scorecard: objectives, measures, initiatives, links."""

from __future__ import annotations

from xlcrm.reduce.population import Population

OBJECTIVES = Population("objectives", "objectives")
MEASURES = Population("measures", "measures")
INITIATIVES = Population("initiatives", "initiatives")
LINKS = Population("links", "links")
