"""How good a forecast was.

A measure whose denominator is 0 is NaN; the caller decides what that means.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]


def wape(actual: Vector, forecast: Vector) -> float:
    """Give the weighted absolute percentage error: sum of |A - F| by sum of |A|, a fraction.

    Method: Kolassa and Schütz 2007, "Advantages of the MAD/Mean ratio over the MAPE", Foresight 6.

    Args:
        actual: What came, n numbers.
        forecast: What was forecast, n numbers.

    Returns:
        0 for a perfect forecast; NaN where every actual is 0, or there is none.

    Example:
        >>> wape(np.array([10.0, 0.0, 30.0]), np.array([12.0, 4.0, 26.0]))
        0.25
    """
    return _ratio(np.abs(actual - forecast).sum(), np.abs(actual).sum())


def bias(actual: Vector, forecast: Vector) -> float:
    """Give the bias: sum of (F - A) by sum of A, a fraction; above 0 the forecast was too high.

    Args:
        actual: What came, n numbers.
        forecast: What was forecast, n numbers.

    Returns:
        NaN where the actuals sum to 0, or there is none.

    Example:
        >>> bias(np.array([10.0, 30.0]), np.array([12.0, 32.0]))
        0.1
    """
    return _ratio((forecast - actual).sum(), actual.sum())


def smape(actual: Vector, forecast: Vector) -> float:
    """Give the symmetric mean absolute percentage error: mean of 200 |A - F| / (|A| + |F|).

    Method: Makridakis and Hibon 2000, International Journal of Forecasting 16:451-476; a pair of
    zeros is a perfect forecast and counts as 0.

    Args:
        actual: What came, n numbers.
        forecast: What was forecast, n numbers.

    Returns:
        Percent, from 0 to 200; NaN where there is nothing to compare.

    Example:
        >>> smape(np.array([100.0, 0.0]), np.array([300.0, 0.0]))
        50.0
    """
    sizes = np.abs(actual) + np.abs(forecast)
    shares = np.abs(actual - forecast) / np.where(sizes > 0, sizes, 1.0)
    return _ratio(200 * shares.sum(), float(shares.size))


def mase_scale(values: Vector, season: int) -> float:
    """Give what the mean absolute scaled error divides by: the seasonal naive error in the past.

    Method: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy",
    International Journal of Forecasting 22:679-688.

    Args:
        values: The values that a forecast was fitted to, n numbers.
        season: Values in a season; up to a season of values, the last value is the forecast.

    Returns:
        The mean of |x_t - x_(t-m)|; NaN for fewer than 2 values.
    """
    lag = season if len(values) > season else 1
    return _ratio(np.abs(values[lag:] - values[:-lag]).sum(), float(len(values) - lag))


def skill(error: float, naive_error: float) -> float:
    """Give the skill of a forecast: 1 - error / naive error.

    Args:
        error: The error of the forecast, of any measure.
        naive_error: That of the naive forecast, of the same measure.

    Returns:
        1 for a perfect forecast, 0 for one as good as naive, below 0 for a worse one; NaN where
        the naive one is perfect.

    Example:
        >>> skill(0.5, 2.0)
        0.75
    """
    return 1 - _ratio(error, naive_error)


def brier(probability: Vector, outcome: Vector) -> float:
    """Give the Brier score of probabilities: the mean of (p - o)².

    Method: Brier 1950, "Verification of forecasts expressed in terms of probability", Monthly
    Weather Review 78:1-3.

    Args:
        probability: Probabilities, n numbers from 0 to 1.
        outcome: What came, n numbers: 1 for yes, 0 for no.

    Returns:
        0 for certainty that was right, 1 for certainty that was wrong; NaN where there is none.

    Example:
        >>> brier(np.array([1.0, 0.5]), np.array([1.0, 0.0]))
        0.125
    """
    return _ratio(((probability - outcome) ** 2).sum(), float(probability.size))


def _ratio(above: float, below: float) -> float:
    return float(above) / float(below) if below else float("nan")
