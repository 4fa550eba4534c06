"""How wrong each method would have been in the recent past of a series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcrm.stats.accuracy import mase_scale, smape, wape
from xlcrm.stats.series.forecasting import forecast
from xlcrm.stats.series.methods import METHODS
from xlcrm.stats.series.paths import Vector

FEWEST = 4
MOST_ORIGINS = 12


@dataclass(frozen=True)
class RollingError:
    """The errors of one method over the last origins.

    Attributes:
        mase: Mean absolute error by that of the seasonal naive method within the values before the
            first origin (Hyndman and Koehler 2006); NaN where that is 0.
        wape: Sum of absolute errors by sum of absolute values; NaN where that is 0.
        smape: Mean of 200 |a - f| / (|a| + |f|), in percent.
        origins: How many origins it rests on; 0, and NaN in the others, where the series does not
            allow the method.
    """

    mase: float
    wape: float
    smape: float
    origins: int


def rolling_errors(
    values: Vector, season: int = 12, ahead: int = 1, methods: tuple[str, ...] = METHODS
) -> dict[str, RollingError]:
    """Forecast from each of the last min(12, n // 3) origins and compare with what came.

    Every forecast is fitted to the values before its origin only. The errors are for information:
    to choose a method by so few origins is to choose noise.

    Args:
        values: The series, n finite numbers, oldest first, at least 4.
        season: Values in a season, 12 for months.
        ahead: Steps ahead, at least 1; a step after the last value is left away.
        methods: The methods to compare.

    Returns:
        The errors of each method.

    Raises:
        ValueError: Fewer than 4 values, or what ``forecast`` refuses.
        OverflowError: A forecast is beyond the largest number.
    """
    series = np.asarray(values, dtype=float)
    count = len(series)
    if count < FEWEST:
        raise ValueError(f"rolling errors need at least {FEWEST} values")
    series = np.ldexp(series, -np.frexp(np.abs(series).max())[1])  # errors are shares of values
    origins = range(count - min(MOST_ORIGINS, count // 3), count)
    scale = mase_scale(series[: origins[0]], season)
    actual = np.concatenate([series[origin : origin + ahead] for origin in origins])
    return {name: _of(series, season, ahead, name, origins, actual, scale) for name in methods}


def _of(
    series: Vector,
    season: int,
    ahead: int,
    method: str,
    origins: range,
    actual: Vector,
    scale: float,
) -> RollingError:
    if method == "ets multiplicative" and not (series > 0).all():
        return RollingError(np.nan, np.nan, np.nan, 0)
    made = np.concatenate(
        [
            forecast(series[:origin], min(ahead, len(series) - origin), season, method).point
            for origin in origins
        ]
    )
    size = float(np.abs(actual - made).mean())
    mase = size / scale if scale > 0 else np.nan
    return RollingError(mase, wape(actual, made), smape(actual, made), len(origins))
