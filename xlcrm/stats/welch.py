"""The difference of two means whose variances need not be equal."""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]


def welch_half_width(
    cases: Vector, variance: Vector, other_cases: Vector, other_variance: Vector, level: float
) -> Vector:
    """Give how far a difference of means may be off, either way.

    Method: Student's t with the degrees of freedom of Welch 1947, Biometrika 34, for unequal
    variances (Welch and Satterthwaite).

    Args:
        cases: Cases of the one, n numbers.
        variance: Its sample variances, n numbers.
        other_cases: Cases of the other, n numbers.
        other_variance: Its sample variances, n numbers.
        level: The confidence level, such as 0.95.

    Returns:
        Half the width of the interval, n numbers; 0 where neither varies, NaN where either has
        fewer than 2 cases.

    Example:
        >>> one = [np.array([value]) for value in (5.0, 2.0, 5.0, 2.0)]
        >>> round(float(welch_half_width(*one, level=0.95)[0]), 4)
        2.0626
    """
    from scipy.special import stdtrit  # late: half a second that most calls do not need

    enough = (cases >= 2) & (other_cases >= 2)
    n, m = np.where(enough, cases, 2.0), np.where(enough, other_cases, 2.0)
    one, other = variance / n, other_variance / m
    error = np.where(enough, one + other, np.nan)
    spread = one**2 / (n - 1) + other**2 / (m - 1)
    varies = spread > 0
    freedom = error**2 / np.where(varies, spread, 1.0)
    quantile = stdtrit(np.where(varies & enough, freedom, 1.0), 0.5 + level / 2)
    return np.where(varies | ~enough, quantile * np.sqrt(error), 0.0)
