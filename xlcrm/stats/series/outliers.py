"""Values so far from the rest that they can only be slips of a keyboard."""

from __future__ import annotations

import numpy as np

from xlcrm.stats.series.paths import Vector

MOST_DEVIATIONS = 10.0
MOST_TIMES = 50.0
"""How many times larger or smaller than expected a value may be: a decimal sign is worth 100."""

REACH = 3


def _medians(values: Vector, distances: list[int]) -> Vector:
    """Give the median of what stands at these distances from each value; NaN where nothing does."""
    count = len(values)
    places = np.arange(count)[:, None] + np.array(distances)
    inside = (places >= 0) & (places < count)
    found = np.sort(np.where(inside, values[np.clip(places, 0, count - 1)], np.inf), axis=1)
    known = inside.sum(axis=1)
    rows = np.arange(count)
    middle = found[rows, np.maximum(known - 1, 0) // 2] + found[rows, known // 2 % len(distances)]
    return np.where(known > 0, middle / 2, np.nan)


def without_outliers(values: Vector, season: int) -> tuple[Vector, list[int]]:
    """Put in the place of a gross outlier what its neighbours lead to expect.

    A value is an outlier where it is off by more than fifty times and by more than ten robust
    standard deviations (1.4826 times the median absolute deviation), from the median of the three
    values before it, from that of the three after it (a new level is none) and from that of the
    same place in other seasons (a peak of every year is none). Distances are those of logarithms
    where all values are above 0; else a size is the median of those that are not 0. Where more
    than a tenth of the values would be outliers, none is.

    Args:
        values: The series, n numbers, at least 3, not all equal.
        season: Values in a season.

    Returns:
        n numbers, and the places (from 0) of those replaced.
    """
    positive = bool((values > 0).all())
    scale = np.log(values) if positive else values
    after, before = list(range(1, REACH + 1)), list(range(-REACH, 0))
    others = [after, before]
    if season > 1 and len(values) >= 2 * season:
        lags = range(season, len(values), season)
        others.append([*lags, *(-lag for lag in lags)])
    away = np.fmin.reduce([np.abs(scale - _medians(scale, distances)) for distances in others])
    usual = 1.4826 * float(np.median(away))
    if positive:
        most = float(np.log(MOST_TIMES))
    else:
        most = MOST_TIMES * float(np.median(np.abs(values[values != 0])))
    far = np.flatnonzero(away > max(MOST_DEVIATIONS * usual, most))
    if not far.size or far.size > max(1, len(values) // 10):
        return values, []
    cleaned = values.copy()
    cleaned[far] = _medians(values, [*before, *after])[far]
    return cleaned, far.tolist()
