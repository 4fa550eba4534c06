"""Whether one series runs ahead of another: the lead at which they are correlated most.

The months that correlations rest on are counted for what they are worth: fewer where both series
repeat themselves, and without the season where both have one (docs/methods.md: Strategy map).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcrm.stats.correlation import centred, of_centred, unless_constant

Vector = np.ndarray[Any, np.dtype[np.float64]]
Matrix = np.ndarray[Any, np.dtype[np.float64]]

SEASONAL = 0.3
"""The chance of error at which both series count as seasonal: high, for a season that is
overlooked makes false leads, and one that is taken out for nothing costs only power."""

LEAST_LEFT = 3
"""The degrees of freedom that are left at a lead when the season is taken out."""

_MEMORY = 3
"""The steps up to which a series is asked how far it repeats itself: a quarter's rolling mean."""


@dataclass(frozen=True)
class LeadLag:
    """The strongest correlation of each pair of series over all leads, n each.

    Attributes:
        lead: The steps by which the first series runs ahead, below 0 where it runs behind; NaN
            where there is no correlation.
        correlation: Pearson's r at that lead, NaN where there are too few values or one of the
            two does not move.
        p: Two-sided probability of a correlation as strong at any of the leads tried, NaN where
            there is none.
        pairs: The pairs of values that it rests on; without one, the most at any lead.
    """

    lead: Vector
    correlation: Vector
    p: Vector
    pairs: Vector


def lead_lag(
    causes: Matrix, effects: Matrix, most: int, season: int = 12, least: int = 12
) -> LeadLag:
    """Find by how many steps series run ahead of others.

    Method: Pearson's r at each lead; Student's t on as many values as independent ones are worth
    the same (Bartlett 1935, Journal of the Royal Statistical Society 98:536-543, with the lagged
    products of both autocorrelations as in Pyper and Peterman 1998, Canadian Journal of Fisheries
    and Aquatic Sciences 55:2127-2140), times the leads tried (Bonferroni). From two seasons on,
    where both series have one (analysis of variance), r is that within the places of the season.

    Args:
        causes: n by m steps, the changes of one series a row, NaN where missing.
        effects: The same of the others.
        most: The largest lead, either way.
        season: Steps in a season.
        least: The pairs of values that a correlation needs.

    Returns:
        One lead a pair; of equally strong ones the shortest, then that of the cause.

    Example:
        >>> moves = np.array([[0, 3, 1, -2, 4, 0, -1, 2, 2, -3, 1, 0, 5, -1, 2.0]])
        >>> found = lead_lag(moves[:, 1:], moves[:, :-1], 2)
        >>> found.lead.tolist(), found.correlation.round(9).tolist(), found.pairs.tolist()
        ([1.0], [1.0], [13.0])
    """
    rows, steps = causes.shape
    places = np.arange(steps) % season
    seasonal = _seasonal(causes, effects, places, season)
    spread = _spread(causes, effects, places, seasonal)
    farthest = max(0, min(most, steps - least))
    leads = sorted(range(-farthest, farthest + 1), key=lambda k: (abs(k), -k))
    r, p = np.full((len(leads), rows), np.nan), np.full((len(leads), rows), np.nan)
    pairs = np.zeros((len(leads), rows))
    tried = np.zeros(rows)
    for k, lead in enumerate(leads):
        one = causes[:, : steps - lead] if lead >= 0 else causes[:, -lead:]
        other = effects[:, lead:] if lead >= 0 else effects[:, : steps + lead]
        both = ~np.isnan(one) & ~np.isnan(other)
        pairs[k] = both.sum(axis=1)
        at = places[max(lead, 0) : steps + min(lead, 0)]
        left, lost = _without_season(one, both, at, seasonal)
        right, _ = _without_season(other, both, at, seasonal)
        enough = (pairs[k] >= least) & (~seasonal | (pairs[k] - lost - 1 >= LEAST_LEFT))
        r[k] = np.where(enough, of_centred(left, right), np.nan)
        p[k] = _probability(r[k], (pairs[k] - lost + 1) / spread - 2)
        tried += ~np.isnan(r[k])
    strength = np.where(np.isnan(r), -1.0, np.round(np.abs(r), 9))
    best, at_row = np.argmax(strength, axis=0), np.arange(rows)
    found = ~np.isnan(r[best, at_row])
    return LeadLag(
        np.where(found, np.array(leads, dtype=float)[best], np.nan),
        r[best, at_row],
        np.minimum(1.0, p[best, at_row] * tried),
        np.where(found, pairs[best, at_row], pairs.max(axis=0)),
    )


def _without_season(series: Matrix, where: Any, places: Any, seasonal: Any) -> tuple[Matrix, Any]:
    """Centre series: the seasonal ones by place in the season; with the means that were taken."""
    whole = centred(series, where)
    if not seasonal.any():
        return whole, np.ones(len(series))
    values = np.where(where, series, 0.0)
    within, means = np.zeros(values.shape), np.zeros(len(series))
    for place in range(int(places.max(initial=0)) + 1):
        of = places == place
        counts = where[:, of].sum(axis=1, keepdims=True)
        mean = values[:, of].sum(axis=1, keepdims=True) / np.maximum(counts, 1)
        within[:, of] = np.where(where[:, of], values[:, of] - mean, 0.0)
        means += counts[:, 0] > 0
    left = np.where(seasonal[:, None], unless_constant(within, values), whole)
    return left, np.where(seasonal, means, 1.0)


def _seasonal(causes: Matrix, effects: Matrix, places: Any, season: int) -> Any:
    """Say of which pairs both series have a season, and values enough to take it out."""
    both = ~np.isnan(causes) & ~np.isnan(effects)
    if causes.shape[1] < 2 * season - 1:
        return np.zeros(len(causes), dtype=bool)
    from scipy.special import fdtri  # late: short series need none

    every = np.ones(len(causes), dtype=bool)
    found = both.sum(axis=1) >= 2 * season - 1  # two seasons have a change less
    for series in (causes, effects):
        there = ~np.isnan(series)
        left, means = _without_season(series, there, places, every)
        whole = centred(series, there)
        within = (left * left).sum(axis=1)
        between = (whole * whole).sum(axis=1) - within
        free = np.maximum(there.sum(axis=1) - means, 1)
        limit = fdtri(np.maximum(means - 1, 1), free, 1 - SEASONAL)
        found &= between * free > limit * within * np.maximum(means - 1, 1)
    return found


def _spread(causes: Matrix, effects: Matrix, places: Any, seasonal: Any) -> Any:
    """Give how much wider correlations scatter than those of values that do not repeat."""
    steps = causes.shape[1]
    lefts = [
        _without_season(series, ~np.isnan(series), places, seasonal)[0]
        for series in (causes, effects)
    ]
    squares = [np.maximum((left * left).sum(axis=1), np.finfo(float).tiny) for left in lefts]
    wider = np.ones(len(causes))
    for back in range(1, min(_MEMORY, steps - 1) + 1):
        repeats = [
            (left[:, back:] * left[:, :-back]).sum(axis=1) / square
            for left, square in zip(lefts, squares, strict=True)
        ]
        wider += 2 * (1 - back / steps) * repeats[0] * repeats[1]
    return np.maximum(wider, 1.0)


def _probability(r: Any, free: Any) -> Any:
    """Give the two-sided probability of correlations by Student's t; 1 without a freedom."""
    from scipy.special import stdtr  # late: half a second that most calls do not need

    counted, left = np.maximum(free, 1.0), np.maximum(1 - r * r, 0.0)
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt(counted / left)
    return np.where(free < 1, r * 0 + 1, 2 * stdtr(counted, -t))
