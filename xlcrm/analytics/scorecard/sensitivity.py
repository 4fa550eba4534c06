"""What would move the total most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.options import option
from xlcrm.analytics.scorecard.rules import scored_at
from xlcrm.analytics.scorecard.strategy import Strategy, strategy
from xlcrm.analytics.scorecard.tree import (
    MISSING,
    Kind,
    Vector,
    rolled_up,
    totals_with,
    tree_of,
)
from xlcrm.errors import NotAvailable, OutOfDomain
from xlcrm.model.model import Model


def sensitivity(
    model: Model, period: str = "", gain: float = 1.0, missing: str = "", method: str = ""
) -> pd.DataFrame:
    """Say what the total would gain by each measure alone.

    Args:
        model: A model with measures and objectives.
        period: What measures are read over; "" for the period of each.
        gain: How much better a measure gets, in its own unit.
        missing: What a missing score does, one of `MISSING`.
        method: The scoring rule (docs/methods.md: Scores).

    Returns:
        ``measure``, ``objective``, ``perspective``, ``unit``, ``actual``, ``target``, ``score``,
        ``share`` (of the total), ``one_gain`` and ``to_target`` (points of the total), ``total``
        (with the measure at its target), ``rank``. The largest ``to_target`` first.

    Raises:
        NotAvailable: No measure can be scored.
        OutOfDomain: The gain is not above 0.
    """
    policy = option("missing", missing, MISSING)
    if not gain > 0:
        raise OutOfDomain(f"gain is {gain:g}; give a number above 0")
    found = strategy(model, method, period)
    tree = tree_of(found)
    now = rolled_up(tree, found.measures["score"].to_numpy(dtype=float), policy)
    actual = found.measures["actual"].to_numpy(dtype=float)
    better = scored_at(model, found.measures, _better(found, actual, gain), method)
    reached = scored_at(model, found.measures, _at_target(found, actual), method)
    total = totals_with(tree, now, reached, policy)
    before = now.score[0]
    of = found.objectives.iloc[found.measures["at"]]
    frame = pd.DataFrame(
        {
            "measure": found.measures["measure"],
            "objective": of["objective"].to_numpy(),
            "perspective": of["perspective"].to_numpy(),
            "unit": found.measures["unit"],
            "actual": actual,
            "target": found.measures["target"],
            "score": found.measures["score"],
            "share": now.share[tree.places(Kind.MEASURE)],
            "one_gain": totals_with(tree, now, better, policy) - before,
            "to_target": total - before,
            "total": total,
        }
    )
    order = frame.assign(id=found.measures["measure_id"])[found.measures["is_scored"]].sort_values(
        ["to_target", "one_gain", "measure", "id"], ascending=[False, False, True, True]
    )
    if order.empty:
        raise NotAvailable("no measure has a target and a red line: give one both")
    answer = order.drop(columns="id").reset_index(drop=True)
    answer["to_target"] = where_known(answer["to_target"].to_numpy(dtype=float))
    answer["total"] = where_known(answer["total"].to_numpy(dtype=float))
    return answer.assign(rank=np.arange(1.0, len(answer) + 1))


def _better(of: Strategy, actual: Vector, gain: float) -> Vector:
    """Give the actual values one gain better: towards the target, or into the band."""
    low, high = (of.measures[c].to_numpy(dtype=float) for c in ("band_low", "band_high"))
    way = of.measures["target"] - of.measures["red"].fillna(of.measures["baseline"])
    up = np.sign(way.to_numpy(dtype=float))
    inside = np.clip(actual, np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf))
    banded = ~np.isnan(low) & ~np.isnan(high)
    return np.where(banded, actual + np.clip(inside - actual, -gain, gain), actual + up * gain)


def _at_target(of: Strategy, actual: Vector) -> Vector:
    """Give the values at their targets, or where they are if those are beyond it."""
    low, high, target = (
        of.measures[c].to_numpy(dtype=float) for c in ("band_low", "band_high", "target")
    )
    way = of.measures["target"] - of.measures["red"].fillna(of.measures["baseline"])
    falls = way.to_numpy(dtype=float) < 0
    beyond = np.where(falls, np.fmin(actual, target), np.fmax(actual, target))
    banded = ~np.isnan(low) & ~np.isnan(high)
    nearest = np.clip(np.where(np.isnan(actual), low, actual), low, high)
    return np.where(banded, nearest, beyond)
