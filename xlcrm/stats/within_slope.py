"""One slope over several units that each have a level of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, Any]
Codes = np.ndarray[Any, np.dtype[np.intp]]

_FLAT = 1e-20
"""The mean square of x within units up to which it does not vary but for rounding."""


@dataclass(frozen=True)
class WithinSlopes:
    """The slopes of several groups, one number a group.

    Attributes:
        slope: The slope; NaN where x does not vary within any unit.
        low: The lower end of its interval; NaN where no observation is left to tell its error.
        high: The upper end.
        observations: The observations of units that have at least 2.
        units: How many such units there are.
    """

    slope: Vector
    low: Vector
    high: Vector
    observations: Vector
    units: Vector


def within_slopes(
    x: Vector, y: Vector, units: Codes, group_of: Codes, groups: int, level: float
) -> WithinSlopes:
    """Fit y = level of the unit + slope · x by least squares, for each group of units.

    Method: the within estimator, least squares after the mean of each unit is taken away
    (Wooldridge 2010, "Econometric Analysis of Cross Section and Panel Data", chapter 10), with
    Student's t on observations less units less 1 degrees of freedom. Units with a single
    observation tell nothing and are left out.

    Args:
        x: n numbers.
        y: n numbers.
        units: The unit of each, n whole numbers from 0.
        group_of: The group of each of k units, whole numbers from 0.
        groups: How many groups there are.
        level: The level of the intervals, such as 0.95.

    Returns:
        The slopes with their intervals.
    """
    from scipy.special import stdtrit  # late: half a second that most calls do not need

    count = np.bincount(units, minlength=len(group_of))
    told = count >= 2
    group, size = group_of[units], np.maximum(count, 1)
    own_x = x - (np.bincount(units, x, len(group_of)) / size)[units]
    own_y = y - (np.bincount(units, y, len(group_of)) / size)[units]
    sums = [np.bincount(group, part, groups) for part in (own_x**2, own_x * own_y, own_y**2)]
    observations = np.bincount(group_of, np.where(told, count, 0.0), groups)
    known = np.bincount(group_of, told.astype(float), groups)
    varies = sums[0] > _FLAT * np.maximum(observations, 1)
    below = np.where(varies, sums[0], 1.0)
    slope = np.where(varies, sums[1] / below, np.nan)
    freedom = observations - known - 1
    rest = np.maximum(sums[2] - np.where(varies, sums[1] ** 2 / below, 0.0), 0.0)
    enough = varies & (freedom >= 1)
    safe = np.where(enough, freedom, 1.0)
    half = np.where(enough, stdtrit(safe, 0.5 + level / 2) * np.sqrt(rest / safe / below), np.nan)
    return WithinSlopes(slope, slope - half, slope + half, observations, known)
