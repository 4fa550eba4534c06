"""The Theta method: a straight line and a smoothed series of doubled curvature, half each.

Assimakopoulos and Nikolopoulos 2000, "The theta model: a decomposition approach to forecasting",
International Journal of Forecasting 16:521-530. The smoothing constant is not chosen: forecasts
with 13 constants are averaged, each weighted by its likelihood.
"""

from __future__ import annotations

import numpy as np

from xlcrm.stats.series.damped import likelihood_weights, line
from xlcrm.stats.series.paths import Paths, Vector

CONSTANTS = np.array([0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])


def theta(values: Vector, ahead: int) -> Paths:
    """Forecast from every origin by the Theta method.

    Args:
        values: The series without its season, n numbers.
        ahead: Steps ahead.

    Returns:
        Forecasts from origin 1 on.
    """
    count = len(values)
    before, slope = line(values)
    straight = before + slope * np.arange(1, count + ahead + 1)
    curved = 2 * values - straight[:count]
    level = np.full(len(CONSTANTS), curved[0])
    levels = np.empty((count, len(CONSTANTS)))
    squares = np.zeros(len(CONSTANTS))
    for at, value in enumerate(curved.tolist()):
        error = value - level
        squares += error * error
        level = level + CONSTANTS * error
        levels[at] = level
    smoothed = levels @ likelihood_weights(squares, count - 1)
    lines = np.lib.stride_tricks.sliding_window_view(straight[1:], ahead)[:count]
    return Paths(values, 1, (lines + smoothed[:, None]) / 2, fitted=3)
