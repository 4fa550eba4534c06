"""How long something lasts, where some of it has not ended yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, Any]

_TINY = 1e-12
"""What a share that is exactly a half may be off by, from multiplying in floating point."""


@dataclass(frozen=True)
class Survival:
    """A survival curve for each of several groups: m steps, by group and then by time.

    Attributes:
        groups: The group of each step, whole numbers from 0.
        times: The time of each step: when something of the group ended or was last seen.
        at_risk: How many had neither ended nor been last seen before it.
        ended: How many ended at it.
        share: The share that lasts longer than it.
    """

    groups: Vector
    times: Vector
    at_risk: Vector
    ended: Vector
    share: Vector

    @property
    def is_first(self) -> Vector:
        """Whether each step is the first of its group."""
        first: Vector = np.diff(self.groups, prepend=-1) != 0
        return first

    @property
    def hazard_variance(self) -> Vector:
        """What each step adds to the variance of the logarithm of the share; 0 where all end."""
        remain = self.at_risk - self.ended
        product = self.at_risk * remain
        added: Vector = np.zeros(len(product))
        np.divide(self.ended, product, out=added, where=remain > 0)
        return added


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
        return Survival(group, times, np.zeros(0), np.zeros(0), np.zeros(0))
    is_new = np.diff(group, prepend=-1) != 0
    steps = np.flatnonzero(is_new | (np.diff(times, prepend=np.nan) != 0))
    after = np.append(np.flatnonzero(is_new)[1:], len(times))  # where the next group begins
    members = np.cumsum(is_new) - 1
    at_risk = (after[members[steps]] - steps).astype(float)
    deaths = np.add.reduceat(ends.astype(float), steps)
    share = _running(1 - deaths / at_risk, members[steps], np.multiply)
    return Survival(group[steps], times[steps], at_risk, deaths, share)


def _running(
    values: Vector, members: Vector, combine: Callable[[Vector, Vector], Vector]
) -> Vector:
    """Combine each value with those before it of its group, all groups at once, in doubling steps.

    What comes out of a group has no bit from another, as it would if sums ran through all.
    """
    answer = values.copy()
    firsts = np.flatnonzero(np.diff(members, prepend=-1) != 0)
    place = np.arange(len(values)) - firsts[members]
    step = 1
    while step <= place.max(initial=0):
        further = np.flatnonzero(place >= step)
        answer[further] = combine(answer[further], answer[further - step])
        step *= 2
    return answer


def _members(curve: Survival) -> Vector:
    """Number the groups that have steps without gaps."""
    return np.cumsum(curve.is_first) - 1


def greenwood_variances(curve: Survival) -> Vector:
    """Give the variance of the share at each step.

    Method: Greenwood 1926, Reports on Public Health and Medical Subjects 33.

    Args:
        curve: The curves.

    Returns:
        m variances; 0 where nothing lasts longer, since nothing is left to tell it by.
    """
    return curve.share**2 * _running(curve.hazard_variance, _members(curve), np.add)


def log_log_intervals(curve: Survival, level: float) -> tuple[Vector, Vector]:
    """Give an interval of the share at each step, by itself.

    Method: Greenwood's variance on the scale log(-log S) (Kalbfleisch and Prentice 1980, The
    Statistical Analysis of Failure Time Data), so that no end leaves 0 to 1.

    Args:
        curve: The curves.
        level: The confidence level, such as 0.95.

    Returns:
        Lower and upper end, m numbers each; 1 and 1 before anything has ended, NaN where nothing
        lasts longer.
    """
    from statistics import NormalDist

    z = NormalDist().inv_cdf(0.5 + level / 2)
    inside = (curve.share > 0) & (curve.share < 1)
    logs = np.log(np.where(inside, curve.share, 0.5))
    spread = z * np.sqrt(_running(curve.hazard_variance, _members(curve), np.add)) / logs
    edge = np.where(curve.share >= 1, 1.0, np.nan)
    low, high = (np.exp(logs * np.exp(sign * spread)) for sign in (-1, 1))
    return np.where(inside, low, edge), np.where(inside, high, edge)


def median_durations(curve: Survival, count: int) -> Vector:
    """Give the shortest time that no more than half of each group outlasts.

    Args:
        curve: The curves.
        count: How many groups there are.

    Returns:
        One duration a group, NaN where more than half lasts longer than was seen.
    """
    answer = np.full(count, np.nan)
    reached = np.flatnonzero(curve.share <= 0.5 + _TINY)[::-1]
    answer[curve.groups[reached]] = curve.times[reached]  # the earliest is written last
    return answer


def longest_durations(curve: Survival, count: int) -> Vector:
    """Give the longest time up to which the curve of each group is known.

    Args:
        curve: The curves.
        count: How many groups there are.

    Returns:
        One duration a group, infinite where nothing lasts longer; 0 for one without members.
    """
    answer = np.zeros(count)
    ends = np.flatnonzero(np.append(curve.is_first[1:], np.ones(min(len(curve.times), 1), bool)))
    answer[curve.groups[ends]] = np.where(curve.share[ends] > 0, curve.times[ends], np.inf)
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
    before = np.where(curve.is_first, 1.0, np.roll(curve.share, 1))
    width = curve.times - np.where(curve.is_first, 0.0, np.roll(curve.times, 1))
    return np.bincount(curve.groups, before * width, count)


def means_to(curve: Survival, horizons: Vector) -> tuple[Vector, Vector]:
    """Give the mean duration of each group, of which none counts beyond a horizon.

    Method: the area under the curve up to the horizon; its variance by Greenwood's argument
    (Irwin 1949; Klein and Moeschberger 2003, Survival Analysis, section 4.5): over the times of an
    end, the square of the area from it to the horizon, times ended by at risk times remaining.

    Args:
        curve: The curves.
        horizons: The horizon of each of k groups, within the time that its curve is known.

    Returns:
        k means, and the variance of each; 0 for a group without members.
    """
    if not len(curve.times):
        return np.zeros(len(horizons)), np.zeros(len(horizons))
    until = horizons[curve.groups]
    start = np.minimum(curve.times, until)
    is_last = np.append(curve.is_first[1:], True)
    stop = np.where(is_last, until, np.roll(start, -1))
    areas = curve.share * (stop - start)
    members = _members(curve)
    ahead = _running(areas[::-1], members[-1] - members[::-1], np.add)[::-1]
    means = np.bincount(curve.groups, np.where(curve.is_first, start + ahead, 0.0), len(horizons))
    spread = np.where(curve.times <= until, ahead**2 * curve.hazard_variance, 0.0)
    return means, np.bincount(curve.groups, spread, len(horizons))
