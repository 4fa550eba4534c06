"""How far values lie from their median, measured so that outliers do not hide themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcrm.stats.exact import sums_by_code

Vector = np.ndarray[Any, Any]

PER_MAD = 1.482602218505602
"""Standard deviations of a normal distribution by its median absolute deviation: 1 / Φ⁻¹(3/4)."""

PER_MEAN_DEVIATION = 1.2533141373155001
"""Standard deviations of a normal distribution by its mean absolute deviation: √(π/2)."""


def median_absolute_deviation(values: Vector, centre: float | None = None) -> float:
    """Give the median of the distances from the median.

    Args:
        values: n finite numbers, at least one.
        centre: What distances are measured from; None for the median.

    Example:
        >>> median_absolute_deviation(np.array([1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]))
        1.0
    """
    middle = float(np.median(values)) if centre is None else centre
    return float(np.median(np.abs(values - middle)))


def robust_z(values: Vector, centre: float | None = None) -> Vector:
    """Give each value's distance from the median in robust standard deviations.

    The distance by 1.4826 times the median absolute deviation; where that is 0, since more than
    half of the values are equal, by 1.2533 times the mean absolute deviation (Iglewicz and Hoaglin
    1993, *How to Detect and Handle Outliers*, ASQC Basic References in Quality Control 16).

    Args:
        values: n finite numbers.
        centre: What distances are measured from; None for the median.

    Returns:
        n numbers; all 0 where all values are equal. They do not depend on the order of values
        beyond their own.

    Example:
        >>> robust_z(np.array([1.0, 2.0, 3.0])).round(4).tolist()
        [-0.6745, 0.0, 0.6745]
    """
    if not len(values):
        return np.zeros(0)
    middle = float(np.median(values)) if centre is None else centre
    away = values - middle
    spread = PER_MAD * median_absolute_deviation(values, middle)
    if not spread:
        codes = np.zeros(len(values), dtype=np.int64)
        whole = float(sums_by_code(np.abs(away), codes, 1)[0])
        spread = PER_MEAN_DEVIATION * whole / len(values)
    if not spread:
        return np.zeros(len(values))
    scaled: Vector = away / spread
    return scaled
