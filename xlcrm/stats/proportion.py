"""Shares of few cases: smoothed by a prior, and with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]


def beta_smoothed(
    hits: Vector, cases: Vector, prior: Vector, strength: float, level: float
) -> tuple[Vector, Vector, Vector]:
    """Smooth shares toward a prior, as if ``strength`` cases had been seen before.

    Method: the mean and an equal-tailed interval of the Beta posterior with the prior
    Beta(m w, (1 - m) w).

    Args:
        hits: Successes, n numbers.
        cases: Trials, n numbers.
        prior: Prior means m between 0 and 1, n numbers.
        strength: The prior's weight w in cases.
        level: The credible level, such as 0.9.

    Returns:
        Mean, lower and upper end, n numbers each.

    Example:
        >>> mean, low, high = beta_smoothed(*map(np.array, ([3.0], [4.0], [0.5])), 10, 0.9)
        >>> round(float(mean[0]), 3)
        0.571
    """
    from scipy.special import betaincinv  # late: half a second that most calls do not need

    a = prior * strength + hits
    b = (1 - prior) * strength + cases - hits
    tail = (1 - level) / 2
    certain = (a <= 0) | (b <= 0)
    safe_a, safe_b = np.where(certain, 1.0, a), np.where(certain, 1.0, b)
    mean = a / np.where(a + b > 0, a + b, np.nan)
    low = np.where(certain, mean, betaincinv(safe_a, safe_b, tail))
    high = np.where(certain, mean, betaincinv(safe_a, safe_b, 1 - tail))
    return mean, low, high


def wilson(hits: Vector, cases: Vector, level: float) -> tuple[Vector, Vector]:
    """Give the Wilson score interval of shares.

    Method: Wilson 1927, Journal of the American Statistical Association 22.

    Args:
        hits: Successes, n numbers.
        cases: Trials, n numbers; 0 gives NaN.
        level: The confidence level, such as 0.95.

    Returns:
        Lower and upper end, n numbers each.
    """
    from statistics import NormalDist

    z = NormalDist().inv_cdf(0.5 + level / 2)
    n = np.where(cases > 0, cases, np.nan)
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
