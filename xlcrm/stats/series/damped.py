"""Exponential smoothing with a damped trend, over a whole grid of parameters at once.

Gardner and McKenzie 1985, "Forecasting trends in time series", Management Science 31:1237-1246.
No parameter is chosen: the forecasts of all points of the grid are averaged, each weighted by its
likelihood, as in the Bayesian averaging of models.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from xlcrm.stats.series.paths import Matrix, Paths, Vector

LEVELS = (0.02, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
TRENDS = (0.0, 0.02, 0.08, 0.2)
DAMPINGS = (0.8, 0.9, 0.98)
GRID = np.array(list(product(LEVELS, TRENDS, DAMPINGS))).T


def likelihood_weights(squares: Vector, count: int) -> Vector:
    """Weigh models by their likelihood.

    Args:
        squares: The sum of squared one-step errors of each model.
        count: How many errors each sum has.

    Returns:
        Weights that add up to 1; the models that fit perfectly share it where there are any.
    """
    best = float(squares.min())
    if best <= 0:
        weights = (squares <= 0).astype(float)
    else:
        weights = np.exp(-count / 2 * np.log(squares / best))
    return np.asarray(weights / weights.sum())


def dampings(factors: Vector, ahead: int) -> Matrix:
    """Give how much of a trend h steps ahead hold: f + f² + ... + f^h, a row for each factor."""
    return np.asarray(np.cumsum(factors[:, None] ** np.arange(1, ahead + 1), axis=1))


def line(values: Vector) -> tuple[float, float]:
    """Fit a straight line by least squares: its value just before the first, and its slope."""
    times = np.arange(1, len(values) + 1) - (len(values) + 1) / 2
    slope = float(times @ values) / max(float(times @ times), 1.0)
    return float(values.mean()) - slope * (len(values) + 1) / 2, slope


def damped_trend(values: Vector, start: int, ahead: int) -> Paths:
    """Forecast from every origin by the average of the grid.

    Args:
        values: The series without its season, n numbers.
        start: How many values the starting line is fitted to.
        ahead: Steps ahead.

    Returns:
        Forecasts from origin 1 on.
    """
    alpha, beta, phi = GRID
    level, trend = (np.full(len(alpha), number) for number in line(values[:start]))
    count = len(values)
    levels, trends = np.empty((2, count, len(alpha)))
    squares = np.zeros(len(alpha))
    for at, value in enumerate(values.tolist()):
        trend = phi * trend
        level = level + trend
        error = value - level
        squares += error * error
        level = level + alpha * error
        trend = trend + beta * error
        levels[at], trends[at] = level, trend
    weights = likelihood_weights(squares, count)
    steps = (levels @ weights)[:, None] + (trends * weights) @ dampings(phi, ahead)
    return Paths(values, 1, steps, fitted=5)
