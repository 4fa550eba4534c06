"""The strategy as it stands in the workbook: perspectives, objectives, their measures, scored."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from xlcrm.analytics.scorecard.objectives import (
    depths,
    objectives_of,
    perspectives_of,
)
from xlcrm.analytics.scorecard.readings import with_readings
from xlcrm.analytics.scorecard.rows import (
    columns_of,
    filled,
    positions,
    refuse_negative,
    refuse_twice,
    texts,
)
from xlcrm.analytics.scorecard.rules import ruled
from xlcrm.cells import text_key
from xlcrm.model.model import Model

_MEASURE_NUMBERS = (
    "weight", "baseline", "red", "target", "stretch", "band_low", "band_high", "actual", "previous",
)  # fmt: skip
_MEASURE_WORDS = (
    "measure_id", "objective_id", "measure", "unit", "period", "owner", "kpi", "by", "where",
    "direction", "aggregation", "perspective",
)  # fmt: skip


@dataclass(frozen=True)
class Strategy:
    """Perspectives, objectives and measures of one model, checked and scored.

    Attributes:
        perspectives: ``perspective``, ``weight``, in the order of the scorecard.
        objectives: ``objective_id``, ``objective``, ``perspective`` (its own or the nearest
            ancestor's), ``level``, ``weight``, ``owner``; ``of`` (the position of its
            perspective), ``parent`` (the position of its parent within the perspective, -1 at its
            top), ``serves`` (the position of its parent in another one, else -1), ``depth`` (the
            steps to the top of the perspective).
        measures: The columns of the kind, ``weight`` filled in, ``red`` too where the direction
            tells it; ``at`` (the position of its objective), ``actual``, ``previous`` and
            ``from`` as they were read, ``is_scored`` (whether it has what its rule needs),
            ``score`` and ``previous_score`` (0 to 100, NaN where missing).
    """

    perspectives: pd.DataFrame
    objectives: pd.DataFrame
    measures: pd.DataFrame


def strategy(model: Model, method: str = "", period: str = "") -> Strategy:
    """Read the strategy, refuse what makes no tree, read and score the measures.

    Args:
        model: A model with measures, and with objectives unless measures name them in words.
        method: The scoring rule (docs/methods.md: Scores); measures with a band are scored by it.
        period: What all measures are read over; "" for the period of each.

    Raises:
        NotAvailable: There are no measures, or a measure's objective is not there.
        OutOfDomain: A weight is negative, a red equals its target, or parents form a circle.
        WrongValue: An objective stands twice, or there is no such method, KPI or period.
    """
    planned = model.fact("strategy as planned", _planned)
    read = with_readings(model, planned.measures, period)
    return replace(planned, measures=ruled(model, read, method))


def _planned(model: Model) -> Strategy:
    """Read the strategy as it stands in its tables, before any figure."""
    measures = columns_of(model, "measures", (*_MEASURE_NUMBERS, *_MEASURE_WORDS))
    refuse_negative(model, "measures", measures)
    measures["measure_id"] = filled(measures["measure_id"], measures["measure"])
    refuse_twice(model, "measures", measures["measure_id"])
    objectives = objectives_of(model, measures)
    perspectives = perspectives_of(model, objectives)
    places = {text_key(name): k for k, name in enumerate(perspectives["perspective"])}
    codes, names = pd.factorize(objectives["perspective"])
    of = np.array([places[text_key(name)] for name in names], dtype=int)[codes]
    parent = objectives["parent"].to_numpy()
    inside = (parent >= 0) & (of[parent] == of)
    within = np.where(inside, parent, -1)
    named = perspectives["perspective"].to_numpy(dtype=object)[of]
    tree = {"of": of, "parent": within, "serves": np.where(inside, -1, parent)}
    objectives = objectives.assign(perspective=texts(named), depth=depths(within), **tree)
    at = positions(
        model, "measures", measures["objective_id"], objectives["objective_id"], "objective"
    )
    return Strategy(
        perspectives,
        objectives,
        measures.assign(
            at=at,
            weight=filled(measures["weight"], 1.0),
            measure=filled(measures["measure"], measures["measure_id"]),
        ),
    )
