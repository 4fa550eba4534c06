"""Exponential smoothing with a level, a damped trend and a season, its parameters fitted.

The innovations state space models ETS(A,Ad,A) and ETS(M,Ad,M) of Hyndman, Koehler, Snyder and
Grose 2002, International Journal of Forecasting 18:439-454, and Hyndman, Koehler, Ord and Snyder
2008, "Forecasting with Exponential Smoothing". Starting states come from classical decomposition,
of the whole series or of its first three seasons, whichever is likelier; the likelihood of the
parameters is maximised over a grid, then over ever smaller neighbourhoods of its best point, within
the usual bounds (trend at most level, season at most 1 - level, damping from 0.8 to 0.98).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from xlcrm.stats.series.damped import dampings, line
from xlcrm.stats.series.paths import Matrix, Paths, Vector
from xlcrm.stats.series.seasonality import detrended

SEASONS_TO_START = 3
ROUNDS = 4
NARROWER = 0.5
LEAST_SHARE = 0.1
"""A falling trend takes no more from a multiplicative level than leaves this share of it."""


@dataclass(frozen=True)
class States:
    """Where a recursion starts, or what it was at every origin.

    Attributes:
        level: Level, trend and the next season of indices: one number, one number, m numbers; or
            n + 1 rows of them.
        trend: See level.
        season: See level.
    """

    level: Vector
    trend: Vector
    season: Matrix


@dataclass(frozen=True)
class Parameters:
    """Smoothing constants of level, trend and season, and the damping, k candidates of each."""

    alpha: Vector
    beta: Vector
    gamma: Vector
    phi: Vector


def parameters(points: Matrix) -> Parameters:
    """Map points of the unit cube, k rows of 4, to smoothing constants within their bounds."""
    level, trend, season, damping = np.clip(points, 0.0, 1.0).T
    alpha = 0.01 + 0.98 * level
    return Parameters(alpha, alpha * trend**2, (1 - alpha) * season**2, 0.8 + 0.18 * damping)


def starting_states(values: Vector, season: int, multiplicative: bool) -> States:
    """Take the starting states from a classical decomposition.

    Args:
        values: The series; at least two seasons where ``season`` is above 1.
        season: Values in a season, 1 for none.
        multiplicative: Whether the season is a factor.
    """
    scale = np.log(values) if multiplicative else values
    indices = np.zeros(season)
    if season > 1:
        left, first, _ = detrended(scale, season)
        places = (first + np.arange(len(left))) % season
        indices = np.bincount(places, left, season) / np.bincount(places, minlength=season)
        indices = indices - indices.mean()
    places = np.arange(len(values)) % season
    adjusted = scale - indices[places]
    level, trend = line((np.exp(adjusted) if multiplicative else adjusted)[: max(2 * season, 10)])
    if not multiplicative:
        return States(np.array([level]), np.array([trend]), indices)
    lowest = LEAST_SHARE * float(np.exp(adjusted).min())
    return States(np.array([max(level, lowest)]), np.array([trend]), np.exp(indices))


def run(
    values: Vector, start: States, by: Parameters, multiplicative: bool, keep: bool = False
) -> tuple[Vector, States]:
    """Run the recursion for all candidates at once.

    Args:
        values: The series, n numbers.
        start: Where it starts.
        by: The candidates, k of them.
        multiplicative: Whether errors and season are factors.
        keep: Whether to keep the states of the first candidate at every origin.

    Returns:
        -2 log likelihood of each candidate up to a constant, and the states.
    """
    alpha, beta, gamma, phi = by.alpha, by.beta, by.gamma, by.phi
    season, number = len(start.season), len(alpha)
    level, trend = np.full(number, start.level[0]), np.full(number, start.trend[0])
    indices = np.repeat(start.season[:, None], number, axis=1)
    squares, logs = np.zeros(number), np.zeros(number)
    kept = np.empty((len(values) + 1, 2 + season))
    for at, value in enumerate(values.tolist()):
        place = at % season
        if keep:
            kept[at] = level[0], trend[0], *np.roll(indices[:, 0], -place)
        trend = phi * trend
        if multiplicative:
            moved = np.maximum(level + trend, LEAST_SHARE * level)
            expected = moved * indices[place]
            error = value / expected - 1
            level = moved * (1 + alpha * error)
            trend = trend + beta * moved * error
            indices[place] *= 1 + gamma * error
            logs += np.log(expected)
        else:
            moved = level + trend
            error = value - moved - indices[place]
            level = moved + alpha * error
            trend = trend + beta * error
            indices[place] += gamma * error
        squares += error * error
    if keep:
        kept[-1] = level[0], trend[0], *np.roll(indices[:, 0], -(len(values) % season))
    cost = len(values) * np.log(np.maximum(squares, np.finfo(float).tiny)) + 2 * logs
    cost = np.where(np.isfinite(cost), cost, np.inf)
    return cost, States(kept[:, 0], kept[:, 1], kept[:, 2:])


def likeliest(
    values: Vector, starts: list[States], multiplicative: bool
) -> tuple[States, Parameters, float]:
    """Find the start and the parameters of the largest likelihood.

    Args:
        values: The series, n numbers.
        starts: Where the recursion may start.
        multiplicative: Whether errors and season are factors.

    Returns:
        The start, the parameters (one candidate), and -2 log likelihood up to a constant.
    """
    seasonal = len(starts[0].season) > 1
    seasons = (0.1, 0.35, 0.7) if seasonal else (0.0,)
    points = np.array(list(product((0.05, 0.2, 0.4, 0.65, 0.9), (0.1, 0.4), seasons, (0.3, 0.9))))
    directions = product((-1, 0, 1), (-1, 0, 1), (-1, 0, 1) if seasonal else (0,), (-1, 0, 1))
    around = np.array(list(directions)) * (0.12, 0.15, 0.15, 0.3)
    costs = [run(values, start, parameters(points), multiplicative)[0] for start in starts]
    chosen = int(np.argmin([cost.min() for cost in costs]))
    start, best, least = starts[chosen], points[int(costs[chosen].argmin())], costs[chosen].min()
    for turn in range(ROUNDS):
        points = np.clip(best + around * NARROWER**turn, 0.0, 1.0)
        cost, _ = run(values, start, parameters(points), multiplicative)
        if cost.min() < least:
            best, least = points[int(cost.argmin())], cost.min()
    return start, parameters(best[None, :]), float(least)


def smoothing(values: Vector, season: int, ahead: int, multiplicative: bool = False) -> Paths:
    """Forecast by exponential smoothing with a damped trend.

    Args:
        values: The series, n numbers; all above 0 where ``multiplicative``.
        season: Values in a season, 1 for none; n is at least two seasons.
        ahead: Steps ahead.
        multiplicative: ETS(M,Ad,M) rather than ETS(A,Ad,A); its paths are on logarithms.

    Returns:
        Forecasts from origin 0 on.
    """
    starts = [starting_states(values, season, multiplicative)]
    if len(values) > SEASONS_TO_START * season and season > 1:
        first = values[: SEASONS_TO_START * season]
        starts.append(starting_states(first, season, multiplicative))
    start, by, _ = likeliest(values, starts, multiplicative)
    _, states = run(values, start, by, multiplicative, keep=True)
    level, trend = states.level[:, None], states.trend[:, None]
    moved = level + trend * dampings(by.phi, ahead)
    indices = states.season[:, np.arange(ahead) % season]
    count = 5 + (season if season > 1 else 0)
    if not multiplicative:
        return Paths(values, 0, moved + indices, fitted=count)
    steps = np.log(np.maximum(moved, LEAST_SHARE * level) * indices)
    return Paths(np.log(values), 0, steps, logs=True, fitted=count, means=True)
