"""Whether a series rises or falls, and how fast: Mann-Kendall test and Theil-Sen slope."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]

MOST_FOR_EXACT = 10


@dataclass(frozen=True)
class Trend:
    """The result of a Mann-Kendall test.

    Attributes:
        s: Pairs that rise less pairs that fall.
        tau: Kendall's tau-b between value and time, from -1 to 1; 0 where all values are equal.
        z: The standard normal score of s, corrected for continuity and ties.
        p: Two-sided probability of such an s, or one farther from 0, without a trend.
        slope: The Theil-Sen slope: median change a step.
    """

    s: float
    tau: float
    z: float
    p: float
    slope: float


def mann_kendall(values: Vector) -> Trend:
    """Test a series for a trend, whatever its shape.

    Method: Mann 1945, Econometrica 13:245-259; Kendall 1975, "Rank Correlation Methods"; variance
    with ties and the rule of exact probabilities up to 10 values as in Gilbert 1987, "Statistical
    Methods for Environmental Pollution Monitoring", chapter 16. The slope is that of Sen 1968,
    Journal of the American Statistical Association 63:1379-1389.

    Args:
        values: n finite numbers, oldest first, at least 2. Work grows as n².

    Raises:
        ValueError: Fewer than 2 values, or a value that is not finite.

    Example:
        >>> found = mann_kendall(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
        >>> found.s, found.tau, round(found.p, 4), found.slope
        (10.0, 1.0, 0.0167, 1.0)
    """
    series = np.asarray(values, dtype=float)
    count = len(series)
    if count < 2 or not np.isfinite(series).all():
        raise ValueError("a trend needs at least 2 finite values")
    before, after = np.triu_indices(count, 1)
    signs = np.sign(series[after] - series[before])
    s = float(signs.sum())
    ties = np.unique(series, return_counts=True)[1].astype(float)
    pairs = count * (count - 1) / 2
    tied = float((ties * (ties - 1)).sum()) / 2
    tau = s / math.sqrt(pairs * (pairs - tied)) if tied < pairs else 0.0
    variance = _thirds(float(count)) - float(_thirds(ties).sum())
    z = (s - math.copysign(1.0, s)) / math.sqrt(variance) if s and variance > 0 else 0.0
    if count <= MOST_FOR_EXACT and not tied:
        p = _exact(count, abs(s))
    else:
        p = math.erfc(abs(z) / math.sqrt(2))
    return Trend(s, tau, z, p, theil_sen(series))


def _thirds(count: Any) -> Any:
    """Give n (n - 1) (2n + 5) / 18: the variance of s of n values, or what n tied ones take."""
    return count * (count - 1) * (2 * count + 5) / 18


def _exact(count: int, s: float) -> float:
    """Give the two-sided probability of s among all orders of values that differ."""
    orders = np.ones(1)
    for number in range(2, count + 1):  # orders by how many pairs fall
        orders = np.convolve(orders, np.ones(number))
    scores = count * (count - 1) / 2 - 2 * np.arange(len(orders))
    return float(orders[np.abs(scores) >= s].sum() / orders.sum())


def theil_sen(values: Vector) -> float:
    """Give the Theil-Sen slope: the median of the slopes between all pairs.

    Args:
        values: n finite numbers, oldest first, at least 2.

    Returns:
        Change a step.

    Example:
        >>> theil_sen(np.array([1.0, 2.0, 30.0, 4.0, 5.0]))
        1.0
    """
    before, after = np.triu_indices(len(values), 1)
    return float(np.median((values[after] - values[before]) / (after - before)))
