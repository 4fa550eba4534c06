"""The Balanced Scorecard: each measure with its score, and the perspectives' scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.options import option
from xlcrm.analytics.scorecard.scores import status
from xlcrm.analytics.scorecard.strategy import (
    Strategy,
    Sums,
    Vector,
    depths_within,
    rolled_up,
    strategy,
)
from xlcrm.cells import text_key
from xlcrm.model.model import Model

MISSING = ("ignore", "zero", "blank")
"""What a missing score does to those that rest on it; the default first (see Roll-up)."""

_FINANCE = ("finan", "финанс")
_ORDER = (
    _FINANCE,
    ("customer", "client", "klant", "kund"),
    ("process", "proc"),
    ("learn", "innov"),
)


def scorecard(model: Model, method: str = "") -> pd.DataFrame:
    """List every measure of the strategy with its score.

    Args:
        model: A model with measures and objectives.
        method: The scoring rule (docs/methods.md, Scores).

    Returns:
        ``perspective``, ``objective``, ``measure``, ``unit``, ``baseline``, ``target``,
        ``actual``, ``score`` (0 to 100, blank where missing or without a red line), ``status``
        (green, amber, red, missing), ``trend`` against the previous value, ``owner``; by
        perspective, objective and measure.
    """
    found = strategy(model, method)
    measures = found.measures
    of = found.objectives.iloc[measures["at"]].reset_index(drop=True)
    scores = measures["score"].to_numpy(dtype=float)
    frame = pd.DataFrame(
        {
            "perspective": of["perspective"],
            "objective": of["objective"],
            "measure": measures["measure"],
            "unit": measures["unit"],
            "baseline": measures["baseline"],
            "target": measures["target"],
            "actual": measures["actual"],
            "score": scores,
            "status": status(scores),
            "trend": _trend(scores, measures["previous_score"].to_numpy(dtype=float)),
            "owner": measures["owner"],
        }
    )
    place = frame["perspective"].map(_place)
    order = frame.assign(place=place, measure_id=measures["measure_id"]).sort_values(
        ["place", "perspective", "objective", "measure", "measure_id"], kind="stable"
    )
    return order.drop(columns=["place", "measure_id"]).reset_index(drop=True)


def perspectives(model: Model, missing: str = "", method: str = "") -> pd.DataFrame:
    """Score the perspectives of the scorecard, and the strategy as a whole.

    Args:
        model: A model with measures and objectives.
        missing: What a missing score does, one of `MISSING`.
        method: The scoring rule (docs/methods.md, Scores).

    Returns:
        ``perspective``, ``weight`` (share of one), ``score``, ``coverage`` (the share of the
        weights below that is present), ``status`` (green, amber, red, missing, or insufficient
        where the coverage is too low), ``objectives``, ``measures``; finance first, the row
        ``Total`` last.

    Raises:
        WrongValue: There is no such treatment of missing scores.
    """
    policy = option("missing", missing, MISSING)
    found = strategy(model, method)
    names = sorted(set(found.objectives["perspective"]), key=lambda name: (_place(name), name))
    score, coverage = _by_perspective(found, names, policy)
    weight = np.array([_weight(model, name) for name in names])
    total = Sums(*(np.zeros(1) for _ in range(4)))
    total.add(np.zeros(len(names), dtype=int), weight, score, coverage)
    whole, held = total.means(policy)
    scores, covered = np.append(score, whole), np.append(coverage, held)
    counted = found.objectives["perspective"].value_counts()
    measured = found.objectives["perspective"].iloc[found.measures["at"]].value_counts()
    objectives = [float(counted[name]) for name in names]
    measures = [float(measured.get(name, 0)) for name in names]
    return pd.DataFrame(
        {
            "perspective": [*names, "Total"],
            "weight": np.append(weight / weight.sum() if weight.sum() else weight, 1.0),
            "score": scores,
            "coverage": covered,
            "status": status(scores, covered, model.settings.number("coverage_needed")),
            "objectives": [*objectives, sum(objectives)],
            "measures": [*measures, sum(measures)],
        }
    )


def _by_perspective(found: Strategy, names: list[str], policy: str) -> tuple[Vector, Vector]:
    """Average the objectives at the top of each perspective."""
    group = found.objectives["perspective"].map({n: k for k, n in enumerate(names)}).to_numpy()
    parent, depth = depths_within(found.objectives["parent"].to_numpy(), group)
    score, coverage = rolled_up(found, parent, depth, policy)
    top = parent < 0
    sums = Sums(*(np.zeros(len(names)) for _ in range(4)))
    sums.add(
        group[top],
        found.objectives["weight"].to_numpy(dtype=float)[top],
        score[top],
        coverage[top],
    )
    return sums.means(policy)


def _place(name: str) -> int:
    """Put finance first, then customers, processes, learning, then others."""
    key = text_key(str(name))
    found = (k for k, words in enumerate(_ORDER) if any(word in key for word in words))
    return next(found, len(_ORDER))


def _weight(model: Model, name: str) -> float:
    return model.settings.number("weight_finance" if _place(name) == 0 else "weight_perspective")


def _trend(scores: Vector, previous: Vector) -> list[Any]:
    change = scores - previous
    words = np.select([np.isnan(change), change > 0, change < 0], ["", "better", "worse"], "same")
    return [str(word) for word in words]
