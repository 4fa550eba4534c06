"""The benchmarks that every forecast must beat: seasonal naive, drift and mean.

Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd edition, section 5.2.
"""

from __future__ import annotations

import numpy as np

from xlcrm.stats.series.paths import Paths, Vector


def seasonal_naive(values: Vector, season: int, ahead: int) -> Paths:
    """Forecast the value of the same place in the last season.

    Args:
        values: The series, n numbers.
        season: Values in a season, at most n; 1 forecasts the last value.
        ahead: Steps ahead.

    Returns:
        Forecasts from origin ``season`` on.
    """
    origins = np.arange(season, len(values) + 1)[:, None]
    steps = values[origins - season + np.arange(ahead) % season]
    return Paths(values, season, steps, fitted=0)


def drift(values: Vector, ahead: int) -> Paths:
    """Forecast the straight line through the first and the last value.

    Args:
        values: The series, n numbers, at least 2.
        ahead: Steps ahead.

    Returns:
        Forecasts from origin 1 on, all with the slope of the whole series.
    """
    slope = (values[-1] - values[0]) / (len(values) - 1)
    steps = values[:, None] + slope * np.arange(1, ahead + 1)
    return Paths(values, 1, steps, fitted=1)


def mean(values: Vector, ahead: int) -> Paths:
    """Forecast the mean of all values.

    Args:
        values: The series, n numbers.
        ahead: Steps ahead.

    Returns:
        Forecasts from origin 0 on, all with the mean of the whole series.
    """
    steps = np.full((len(values) + 1, ahead), values.mean())
    return Paths(values, 0, steps, fitted=1)
