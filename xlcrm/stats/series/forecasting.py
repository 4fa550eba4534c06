"""A forecast of a series: the points, their means, their intervals, and sums of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xlcrm.stats.series.methods import METHODS, fitted
from xlcrm.stats.series.outliers import without_outliers
from xlcrm.stats.series.paths import (
    FEWEST_ERRORS,
    Matrix,
    Paths,
    Vector,
    errors_of,
    futures,
    reach,
    root_mean_squares,
    spread,
)

FEWEST = 3
MOST_MEAN = 2.0
"""How many times the median a mean is at most: beyond, logarithms are no model of the series."""


@dataclass(frozen=True)
class Forecast:
    """A forecast, one number a step ahead in each vector.

    Attributes:
        point: The forecast; where it was made on logarithms, the median of what may come.
        mean: The expected value, so that means may be added up.
        low: Lower end of the interval.
        high: Upper end of the interval.
        method: The method that made it.
        notes: What is to be known of it: why it is another method than asked for.
        level: The level of the interval.
        paths: The forecasts from every origin of the past.
        least: What no end of an interval is below: 0 where no value was ever negative.
        outliers: The places of values that were left out, from 0.
    """

    point: Vector
    mean: Vector
    low: Vector
    high: Vector
    method: str
    notes: tuple[str, ...]
    level: float
    paths: Paths
    least: float
    outliers: tuple[int, ...] = ()

    @property
    def errors(self) -> Matrix:
        """The in-sample errors by origin and step, on the working scale; NaN where unknown."""
        return errors_of(self.paths)


def forecast(
    values: Vector, ahead: int, season: int = 12, method: str = "combination", level: float = 0.95
) -> Forecast:
    """Forecast a series of equally spaced values.

    The default is a fixed combination, the mean of a damped trend (Gardner and McKenzie 1985) and
    the Theta method (Assimakopoulos and Nikolopoulos 2000), both on logarithms and without the
    shrunken season (Miller and Williams 2003). Combining is what did best in the M3 competition
    (Makridakis and Hibon 2000, International Journal of Forecasting 16:451-476). Intervals come
    from the errors that the method made in the past of the same series.

    Args:
        values: The series, n finite numbers, oldest first.
        ahead: Steps ahead, at least 1.
        season: Values in a season, 12 for months.
        method: One of ``METHODS``.
        level: The level of the intervals, between 0 and 1.

    Raises:
        ValueError: Fewer than 3 values, a value that is not finite, an unknown method, steps,
            season or level out of their domain, or a multiplicative method with values of 0 or
            below.
        OverflowError: The forecast is beyond the largest number.

    Example:
        >>> forecast(np.arange(10.0, 40.0), 2).point.round(0).tolist()
        [40.0, 41.0]
    """
    series = np.asarray(values, dtype=float)
    _check(series, ahead, season, method, level)
    least = 0.0 if (series >= 0).all() else -math.inf
    if (series == series[0]).all():
        return _constant(series, ahead, method, level, least)
    with np.errstate(all="ignore"):  # what is not finite in the end is refused
        unit = _unit(series)
        cleaned, places = without_outliers(series / unit, season)
        if (cleaned == cleaned[0]).all():
            made = _constant(cleaned * unit, ahead, method, level, least)
        else:
            found, ran, reasons = fitted(cleaned, ahead, season, method)
            made = _with_intervals(_in_units(found, unit), ran, tuple(reasons), level, least)
    return replace(made, outliers=tuple(map(int, places)))


def _unit(series: Vector) -> float:
    """Give a power of 2 to count in, so that squares of values stay within numbers."""
    sizes, positive = np.abs(series), bool((series > 0).all())
    typical = float(np.median(sizes) if positive else sizes.max())
    unit = math.ldexp(1.0, max(math.frexp(typical)[1] - 1, -1022))
    scaled = series / unit
    if not np.isfinite(scaled).all() or (positive and not scaled.all()):
        raise OverflowError("the values differ too much in size for a forecast")
    return unit


def _check(series: Vector, ahead: int, season: int, method: str, level: float) -> None:
    if series.ndim != 1 or len(series) < FEWEST:
        raise ValueError(f"a forecast needs at least {FEWEST} values")
    if not np.isfinite(series).all():
        raise ValueError("a forecast needs finite values")
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}; there are {', '.join(METHODS)}")
    if ahead < 1 or season < 1:
        raise ValueError("steps ahead and season must be at least 1")
    if not 0 < level < 1:
        raise ValueError("the level must be between 0 and 1")
    if method == "ets multiplicative" and not (series > 0).all():
        raise ValueError("multiplicative needs values above 0")


def _in_units(paths: Paths, unit: float) -> Paths:
    if paths.logs:
        added = math.log(unit)
        return replace(paths, values=paths.values + added, steps=paths.steps + added)
    return replace(paths, values=paths.values * unit, steps=paths.steps * unit)


def half_variance(spread_of_logs: Any) -> Any:
    """Give the logarithm of mean by median of a lognormal variable, at most that of 2."""
    return np.minimum(spread_of_logs**2 / 2, math.log(MOST_MEAN))


def _constant(series: Vector, ahead: int, method: str, level: float, least: float) -> Forecast:
    steps = np.full((len(series) + 1, ahead), series[0])
    same = steps[0]
    note = ("all values are the same",)
    return Forecast(same, same, same, same, method, note, level, Paths(series, 0, steps), least)


def _finite(*figures: Vector | float) -> None:
    if not all(np.isfinite(figure).all() for figure in figures):
        raise OverflowError("the forecast is beyond the largest number")


def _with_intervals(
    paths: Paths, method: str, notes: tuple[str, ...], level: float, least: float
) -> Forecast:
    sizes = spread(paths)
    half = reach(paths, level) * sizes
    low, mean, high = paths.last - half, paths.last, paths.last + half
    point = paths.last
    if paths.logs:
        mean = mean if paths.means else mean + half_variance(sizes)
        point, low, mean, high = (np.exp(side) for side in (point, low, mean, high))
        low, high = np.minimum(low, point), np.maximum(high, point)
    _finite(point, mean, low, high)
    if (point < least).any():
        notes = (*notes, "held at 0, as no value was ever below")
    point, mean, low, high = (np.maximum(side, least) for side in (point, mean, low, high))
    return Forecast(point, mean, low, high, method, notes, level, paths, least)


def total(found: Forecast, steps: int, first: int = 1) -> tuple[float, float, float]:
    """Give the sum of steps ahead, such as what is still to come this year, and its interval.

    The spread is that of the sums in the past of the series: actual sums against the sums forecast
    from every origin, so that errors which follow one another are not taken for independent.

    Args:
        found: The forecast.
        steps: The last step of the sum.
        first: Its first step.

    Returns:
        The expected sum and the ends of its interval, at the level of the forecast.

    Raises:
        ValueError: The steps are not among those forecast.
        OverflowError: The sum is beyond the largest number.
    """
    if not 1 <= first <= steps <= len(found.mean):
        raise ValueError(f"steps must lie between 1 and {len(found.mean)}")
    with np.errstate(all="ignore"):
        expected = float(found.mean[first - 1 : steps].sum())
        size = _sum_spread(found.paths, first - 1, steps)
        half = reach(found.paths, found.level, steps - first + 1) * size
        if found.paths.logs:
            middle = np.log(expected) - half_variance(size)
            low, high = float(np.exp(middle - half)), float(np.exp(middle + half))
        else:
            low, high = expected - half, expected + half
    _finite(expected, low, high)
    return expected, max(min(low, expected), found.least), max(high, expected)


def _sum_spread(paths: Paths, start: int, end: int) -> float:
    """Give the spread of the sum of the steps from start to end, on the working scale.

    Where too few sums of the past are complete, it is that of the longest sum from ``start`` on
    with enough of them, grown as the sum does on logarithms and as the number of steps else.
    """
    ahead = paths.steps.shape[1]
    past, made = futures(paths.values, paths.first, ahead), paths.steps[:-1]
    if paths.logs:
        top = float(paths.values.max())
        past, made = np.exp(past - top), np.exp(np.minimum(made - top, 700.0))
    past, made = (np.cumsum(side[:, start:end], axis=1) for side in (past, made))
    errors = np.log(past) - np.log(made) if paths.logs else past - made
    found, counts = root_mean_squares(errors)
    enough = max(int((counts >= FEWEST_ERRORS).sum()), 1)
    size = float(found[enough - 1])
    return size if paths.logs else size * (end - start) / enough
