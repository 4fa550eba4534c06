"""How long something lasts, where some of it has not ended yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Survival:
    """A survival curve for each of several groups: m steps, by group and then by time.

    Attributes:
        groups: The group of each step, whole numbers from 0.
        times: The time of each step: when something of the group ended or was last seen.
        at_risk: How many had neither ended nor been last seen before it.
        share: The share that lasts longer than it.
    """

    groups: Vector
    times: Vector
    at_risk: Vector
    share: Vector


def kaplan_meier(durations: Vector, ended: Vector, groups: Vector | None = None) -> Survival:
    """Estimate what share lasts longer than a time, for each group by itself.

    Method: the product over the times so far of one less the share of those at risk that ends
    (Kaplan and Meier 1958, Journal of the American Statistical Association 53). What is last seen
    at a time was at risk at it.

    Args:
        durations: How long each of n has lasted, not negative.
        ended: Whether each has ended; else it was last seen then.
        groups: The group of each, whole numbers from 0; None for one group.

    Returns:
        The steps of the curves; none of a group without members.

    Example:
        >>> curve = kaplan_meier(np.array([1.0, 2.0, 2.0]), np.array([True, True, False]))
        >>> curve.share.round(3).tolist()
        [0.667, 0.333]
    """
    codes = np.zeros(len(durations), dtype=np.int64) if groups is None else groups
    order = np.lexsort((durations, codes))
    times, group, ends = durations[order], codes[order], ended[order]
    if not len(times):
        return Survival(group, times, np.zeros(0), np.zeros(0))
    is_new = np.diff(group, prepend=-1) != 0
    steps = np.flatnonzero(is_new | (np.diff(times, prepend=np.nan) != 0))
    after = np.append(np.flatnonzero(is_new)[1:], len(times))  # where the next group begins
    members = np.cumsum(is_new) - 1
    at_risk = (after[members[steps]] - steps).astype(float)
    deaths = np.add.reduceat(ends.astype(float), steps)
    return Survival(
        group[steps], times[steps], at_risk, _products(1 - deaths / at_risk, members[steps])
    )


def _products(factors: Vector, groups: Vector) -> Vector:
    """Multiply up the factors of each group, all groups at once in steps that double."""
    answer = factors.copy()
    firsts = np.flatnonzero(np.diff(groups, prepend=-1) != 0)
    place = np.arange(len(factors)) - firsts[groups]
    step = 1
    while step <= place.max(initial=0):
        further = np.flatnonzero(place >= step)
        answer[further] = answer[further] * answer[further - step]
        step *= 2
    return answer


def restricted_means(curve: Survival, count: int) -> Vector:
    """Give the mean duration of each group up to its longest one: the area under its curve.

    Method: the restricted mean survival time (Irwin 1949, Journal of Hygiene 47); the mean itself
    where the longest duration is one that ended.

    Args:
        curve: The curves.
        count: How many groups there are.

    Returns:
        One duration a group, 0 for one without members.
    """
    is_new = np.diff(curve.groups, prepend=-1) != 0
    before = np.where(is_new, 1.0, np.roll(curve.share, 1))
    width = curve.times - np.where(is_new, 0.0, np.roll(curve.times, 1))
    return np.bincount(curve.groups, before * width, count)
