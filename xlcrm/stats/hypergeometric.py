"""How likely so many hits are by chance where both margins are fixed: many tables at once."""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]

_NEGLIGIBLE = 1e-17


def upper_tail(seen: Vector, drawn: Vector, marked: Vector, total: float) -> Vector:
    """Give the chance of at least so many marked ones among those drawn.

    Method: the upper tail of the hypergeometric distribution, which is Fisher's exact test against
    more than chance (Fisher 1935, The Design of Experiments, chapter 2). Its terms are added up
    outwards from the one seen, each from its neighbour; below the mean the other tail is taken
    from 1.

    Args:
        seen: Marked ones among those drawn, n whole numbers that the margins allow.
        drawn: How many were drawn, n whole numbers.
        marked: How many are marked, n whole numbers.
        total: How many there are.

    Returns:
        n chances between 0 and 1.

    Example:
        >>> round(float(upper_tail(np.array([3.0]), np.array([4.0]), np.array([4.0]), 8.0)[0]), 4)
        0.2429
    """
    seen, drawn, marked = (np.asarray(part, dtype=float) for part in (seen, drawn, marked))
    upward = seen * total > drawn * marked
    start = np.where(upward, seen, seen - 1)
    least = np.maximum(0.0, drawn + marked - total)
    possible = start >= least
    start = np.maximum(start, least)
    tail = np.exp(_log_chance(start, drawn, marked, total)) * _series(
        start, drawn, marked, total, upward
    )
    tail = np.where(possible, tail, 0.0)
    chance: Vector = np.clip(np.where(upward, tail, 1.0 - tail), 0.0, 1.0)
    return chance


def _log_chance(seen: Vector, drawn: Vector, marked: Vector, total: float) -> Vector:
    from scipy.special import gammaln  # late: half a second that most calls do not need

    def ways(of: Any, chosen: Vector) -> Vector:
        found: Vector = gammaln(of + 1) - gammaln(chosen + 1) - gammaln(of - chosen + 1)
        return found

    return ways(marked, seen) + ways(total - marked, drawn - seen) - ways(total, drawn)


def _series(start: Vector, drawn: Vector, marked: Vector, total: float, upward: Any) -> Vector:
    """Add up the terms from the start outwards, as multiples of the first."""
    sums = np.ones(len(start))
    places = np.arange(len(start))
    term, x = np.ones(len(start)), start
    neither = total - drawn - marked
    while len(places):
        more = (marked - x) * (drawn - x) / ((x + 1) * (neither + x + 1))
        fewer = x * (neither + x) / ((marked - x + 1) * (drawn - x + 1))
        term = term * np.where(upward, more, fewer)
        sums[places] += term
        x = np.where(upward, x + 1, x - 1)
        on = term > _NEGLIGIBLE * sums[places]
        places, term, x, upward = places[on], term[on], x[on], upward[on]
        drawn, marked, neither = drawn[on], marked[on], neither[on]
    return sums
