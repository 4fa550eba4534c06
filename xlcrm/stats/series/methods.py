"""The methods by name: what each needs, and what it falls back to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlcrm.stats.series import simple
from xlcrm.stats.series.damped import damped_trend
from xlcrm.stats.series.paths import Paths, Vector
from xlcrm.stats.series.seasonality import Seasonality, classical
from xlcrm.stats.series.smoothing import smoothing
from xlcrm.stats.series.theta import theta
from xlcrm.stats.trend import mann_kendall

METHODS: tuple[str, ...] = (
    "combination",
    "seasonal naive",
    "drift",
    "mean",
    "damped trend",
    "ets additive",
    "ets multiplicative",
    "theta",
)
"""The methods; the first is the default."""

FEWEST_FOR_A_MODEL = 8
MODELS = ("combination", "damped trend", "ets additive", "ets multiplicative", "theta")
DECOMPOSING = ("combination", "damped trend", "theta")
LONGEST_START = 10


def fitted(values: Vector, ahead: int, season: int, method: str) -> tuple[Paths, str, list[str]]:
    """Forecast by a method, or by what stands in for it where the series does not allow it.

    Args:
        values: The series, n numbers, at least 3.
        ahead: Steps ahead.
        season: Values in a season.
        method: One of ``METHODS``.

    Returns:
        The forecasts from every origin, the method that made them, and why if it is another.

    Raises:
        ValueError: A multiplicative method with values of 0 or below.
    """
    if method == "ets multiplicative" and not (values > 0).all():
        raise ValueError("multiplicative needs values above 0")
    notes: list[str] = []
    if method in MODELS and len(values) < FEWEST_FOR_A_MODEL:
        found = mann_kendall(values)
        trending = found.p < 0.1
        method = "drift" if trending else "mean"
        why = "which rise or fall" if trending else "without a significant trend"
        notes.append(f"{len(values)} values, {why}: too few for a model, so {method}")
    if method == "drift":
        return simple.drift(values, ahead), method, notes
    if method == "mean":
        return simple.mean(values, ahead), method, notes
    if method == "seasonal naive":
        if len(values) <= season:
            notes.append(f"{len(values)} values, one season is {season}: the last value instead")
            season = 1
        return simple.seasonal_naive(values, season, ahead), method, notes
    needed = max(2 * season, season + FEWEST_FOR_A_MODEL)
    if season > 1 and len(values) < needed:
        notes.append(f"{len(values)} values, a season of {season} needs {needed}: no seasonality")
        season = 1
    if method in DECOMPOSING:
        if not (values > 0).all():
            notes.append("zeros or negative values: worked on the values, not their logarithms")
        return decomposed(values, ahead, season, method), method, notes
    return smoothing(values, season, ahead, method == "ets multiplicative"), method, notes


def decomposed(values: Vector, ahead: int, season: int, method: str) -> Paths:
    """Forecast the series without its season, on logarithms where all values are above 0.

    Args:
        values: The series, n numbers.
        ahead: Steps ahead.
        season: Values in a season, 1 for none.
        method: "damped trend", "theta", or "combination" for the mean of both.
    """
    logs = bool((values > 0).all())
    scale = np.log(values) if logs else values
    pattern = classical(scale, season)
    left = scale - pattern.at(0, len(scale))
    if method == "theta":
        return seasoned(theta(left, ahead), pattern, scale, logs)
    if method == "damped trend":
        return seasoned(smoothing(left, 1, ahead), pattern, scale, logs)
    one = damped_trend(left, max(2 * season, LONGEST_START), ahead)
    other = theta(left, ahead)
    both = replace(one, steps=(one.steps + other.steps) / 2)
    return seasoned(both, pattern, scale, logs)


def seasoned(paths: Paths, pattern: Seasonality, scale: Vector, logs: bool) -> Paths:
    """Give forecasts of a series without its season the season back.

    Args:
        paths: The forecasts from every origin.
        pattern: The season.
        scale: The series on the working scale, with its season.
        logs: Whether the working scale is logarithms.
    """
    rows, ahead = paths.steps.shape
    season = pattern.at(paths.first, rows + ahead - 1)
    added = paths.steps + np.lib.stride_tricks.sliding_window_view(season, ahead)
    return replace(
        paths, values=scale, steps=added, logs=logs, fitted=paths.fitted + pattern.fitted
    )
