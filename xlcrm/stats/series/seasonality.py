"""The seasonal pattern of a series: whether there is one, how strong, and the series without it.

Classical additive decomposition: on logarithms, this is the multiplicative one. From three seasons
on the trend is the centred moving average; below, where that average would leave hardly a value,
it is the straight line through the differences from one season to the next. The indices are
shrunken toward none by the James-Stein estimator of Miller and Williams 2003, "Shrinkage
estimators of time series seasonal factors and their effect on forecasting accuracy",
International Journal of Forecasting 19:669-684.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcrm.stats.series.paths import Vector

SIGNIFICANT = 0.01
SEASONS_FOR_A_MOVING_AVERAGE = 3


@dataclass(frozen=True)
class Seasonality:
    """A seasonal pattern that is added to a series.

    Attributes:
        indices: What each place in the season adds, from the place of the first value on; their
            sum is 0. One number, 0, where there is no season.
        weight: What the shrinkage left of them, from 0 to 1.
    """

    indices: Vector
    weight: float

    @property
    def found(self) -> bool:
        """Whether there is a season."""
        return len(self.indices) > 1

    @property
    def fitted(self) -> float:
        """How many parameters the indices cost."""
        return self.weight * (len(self.indices) - 1)

    def at(self, start: int, count: int) -> Vector:
        """Give what the season adds to ``count`` values from place ``start`` (0 is the first)."""
        return np.asarray(self.indices[(start + np.arange(count)) % len(self.indices)])


NONE = Seasonality(np.zeros(1), 0.0)


def centred_average(values: Vector, season: int) -> Vector:
    """Give the centred moving average over a season: n - m + 1 values, n - m for an even m."""
    weights = np.ones(season) / season
    if season % 2 == 0:
        weights = np.concatenate([[0.5], np.ones(season - 1), [0.5]]) / season
    return np.convolve(values, weights, mode="valid")


def detrended(values: Vector, season: int) -> tuple[Vector, int, int]:
    """Take the trend away.

    Args:
        values: The series, at least two seasons.
        season: Values in a season, m.

    Returns:
        What is left, the place of its first value, and the degrees of freedom of what is neither
        trend nor season.
    """
    count = len(values)
    if count < SEASONS_FOR_A_MOVING_AVERAGE * season:
        slope = float((values[season:] - values[:-season]).mean()) / season
        left = values - slope * np.arange(count)
        return left - left.mean(), 0, count - season - 1
    smooth = centred_average(values, season)
    skipped = season // 2
    left = values[skipped : skipped + len(smooth)] - smooth
    return left, skipped, len(left) - season


def classical(values: Vector, season: int) -> Seasonality:
    """Estimate the seasonal pattern where there is a significant one.

    The test is the analysis of variance of the detrended values by place in the season: X-11's
    test for stable seasonality (Shiskin, Young and Musgrave 1967), here at 1 %.

    Args:
        values: The series, n numbers.
        season: Values in a season, m.

    Returns:
        The shrunken pattern; ``NONE`` where it is not significant, or n is below two seasons.
    """
    if season < 2 or len(values) < 2 * season:
        return NONE
    left, first, free = detrended(values, season)
    places = (first + np.arange(len(left))) % season
    counts = np.bincount(places, minlength=season)
    means = np.bincount(places, left, season) / counts
    residual = left - means[places]
    means = means - means.mean()
    size = float(means @ means)
    variance = float(residual @ residual) / max(free, 1)
    between = float(counts @ means**2) / (season - 1)
    if free < 1 or size <= 0 or between <= _limit(season, free) * variance:
        return NONE
    lost = (season - 3) * variance * float(np.mean(1 / counts)) / size
    weight = min(1.0, max(0.0, 1 - lost))
    return Seasonality(means * weight, weight)


def _limit(season: int, free: int) -> float:
    from scipy.special import fdtri  # late: a series without a season needs none

    return float(fdtri(season - 1, free, 1 - SIGNIFICANT))


def deseasonalised(values: Vector, season: int) -> Vector:
    """Give a series without its season: as it is where it has no significant one.

    The season is taken as a factor where every value is above 0, else as a summand.

    Args:
        values: The series, n numbers, oldest first.
        season: Values in a season, 12 for months.

    Returns:
        n numbers.
    """
    if (values > 0).all():
        logs = np.log(values)
        return np.asarray(np.exp(logs - classical(logs, season).at(0, len(logs))))
    return np.asarray(values - classical(values, season).at(0, len(values)))
