"""The rule of each measure: what it is scored by, and its score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.options import method_named
from xlcrm.analytics.scorecard.rows import at_row
from xlcrm.analytics.scorecard.scores import METHODS, Limits, score
from xlcrm.errors import CrmError, OutOfDomain
from xlcrm.model.model import Model

Vector = np.ndarray[Any, np.dtype[np.float64]]

OF_STRATEGY = tuple(name for name in METHODS if name != "band")
"""The methods that a whole strategy may be scored by, the default first."""


def ruled(model: Model, measures: pd.DataFrame, method: str) -> pd.DataFrame:
    """Score measures, and say which have what it takes to be scored.

    Args:
        model: The model that they are of.
        measures: The measures with their actual and previous values.
        method: The scoring rule; "" for the default.

    Returns:
        The measures with ``red`` where the direction tells it, ``is_scored``, ``score`` and
        ``previous_score`` (0 to 100, NaN where missing or not scored).

    Raises:
        OutOfDomain: A red equals its target, or limits are out of order; the row is named.
        WrongValue: There is no such method.
    """
    name = method_named(method, OF_STRATEGY)
    low, high, stretch, target = (
        measures[c].to_numpy(dtype=float) for c in ("band_low", "band_high", "stretch", "target")
    )
    red = _red(model, measures, target)
    banded = ~np.isnan(low) & ~np.isnan(high)
    first = measures["baseline"].to_numpy(dtype=float)
    start = np.where(np.isnan(first), red, first) if name == "progress" else red
    start = np.where(np.isnan(start), first, start)
    plain = ~banded & ~np.isnan(start) & ~np.isnan(target)
    outer = np.where(np.isnan(red), low - (high - low), red)
    none = np.full(len(measures), np.nan)
    sets = (
        (np.flatnonzero(plain), name, Limits(target, start, stretch, none)),
        (np.flatnonzero(banded), "band", Limits(low, outer, high, none)),
    )
    scores = {
        column: _scored(model, measures, measures[of].to_numpy(dtype=float), sets)
        for column, of in (("score", "actual"), ("previous_score", "previous"))
    }
    return measures.assign(red=red, is_scored=plain | banded, **scores)


def scored_at(model: Model, measures: pd.DataFrame, values: Vector, method: str) -> Vector:
    """Score measures as if they stood at other values.

    Args:
        model: The model that they are of.
        measures: The measures.
        values: The values, NaN where there is none.
        method: The scoring rule.
    """
    return ruled(model, measures.assign(actual=values), method)["score"].to_numpy(dtype=float)


def _scored(model: Model, measures: pd.DataFrame, values: Vector, sets: Any) -> Vector:
    share = model.settings.number("threshold_share")
    answer = np.full(len(values), np.nan)
    for rows, rule, limits in sets:
        if rows.size:
            try:
                answer[rows] = score(values[rows], limits.of(rows), rule, share)
            except OutOfDomain as error:
                raise _with_row(model, measures, values, rows, rule, limits, error) from None
    return answer


def _with_row(
    model: Model,
    measures: pd.DataFrame,
    values: Vector,
    rows: Any,
    rule: str,
    limits: Limits,
    refused: CrmError,
) -> CrmError:
    """Name the first measure that a scoring rule refuses."""
    for row in rows:
        one = np.array([row])
        try:
            score(values[one], limits.of(one), rule)
        except OutOfDomain as error:
            why = f"{measures['measure'][row]}: {error.message}"
            return OutOfDomain(at_row(model, "measures", int(row), why))
    return refused


def _red(model: Model, measures: pd.DataFrame, target: Vector) -> Vector:
    """Give the red lines: typed, or told by the direction where neither red nor baseline is."""
    red = measures["red"].to_numpy(dtype=float)
    higher = (measures["direction"] == "higher").to_numpy()
    lower = (measures["direction"] == "lower").to_numpy()
    against = (higher & (red > target)) | (lower & (red < target))
    if against.any():
        row = int(np.flatnonzero(against)[0])
        why = (
            f"{measures['measure'][row]}: {measures['direction'][row]} is better, yet red is "
            f"{red[row]:g} and the target {target[row]:g}"
        )
        raise OutOfDomain(at_row(model, "measures", row, why))
    share = model.settings.number("red_share")
    near, far = target * share, target / share
    told = np.where(higher, np.minimum(near, far), np.maximum(near, far))
    untold = np.isnan(red) & measures["baseline"].isna().to_numpy() & (higher | lower)
    return np.where(untold & (target != 0), told, red)
