"""What a method would have forecast from every point of the past, and the errors it made there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]
Matrix = np.ndarray[Any, np.dtype[np.float64]]

FEWEST_ERRORS = 5
"""Errors that a spread needs; a horizon with fewer takes it from the horizon before."""


@dataclass(frozen=True)
class Paths:
    """The forecasts of one method from every origin, on the scale that it works on.

    An origin is the number of values known when a forecast is made. The parameters of the method
    are those fitted to the whole series, so the errors of earlier origins are in-sample errors.

    Attributes:
        values: The series on the working scale, n numbers.
        first: The first origin.
        steps: Forecasts, a row for each origin from ``first`` to n, a column for each step ahead.
        logs: Whether the working scale is the natural logarithm.
        fitted: How many parameters were fitted, a fraction where shrinkage fits part of one.
        means: Whether the forecasts are those of means; else, on logarithms, they are of medians.
    """

    values: Vector
    first: int
    steps: Matrix
    logs: bool = False
    fitted: float = 1.0
    means: bool = False

    @property
    def last(self) -> Vector:
        """The forecasts made after the last value, one number a step ahead."""
        return np.asarray(self.steps[-1])


def futures(values: Vector, first: int, ahead: int) -> Matrix:
    """Give what came after every origin but the last.

    Args:
        values: The series, n numbers.
        first: The first origin.
        ahead: Steps ahead.

    Returns:
        A row for each origin from ``first`` to n - 1, a column a step; NaN after the end.
    """
    padded = np.concatenate([values, np.full(ahead - 1, np.nan)])
    return np.lib.stride_tricks.sliding_window_view(padded, ahead)[first : len(values)]


def errors_of(paths: Paths) -> Matrix:
    """Give the in-sample errors, actual minus forecast, by origin and step; NaN where unknown."""
    ahead = paths.steps.shape[1]
    return futures(paths.values, paths.first, ahead) - paths.steps[:-1]


def root_mean_squares(errors: Matrix) -> tuple[Vector, Vector]:
    """Give the root mean square of each column and how many errors it rests on.

    Args:
        errors: Errors with NaN where unknown.

    Returns:
        Root mean squares (0 where there is no error) and counts, one number a column each.
    """
    known = np.isfinite(errors)
    counts = known.sum(axis=0)
    largest = float(np.abs(errors, where=known, out=np.zeros_like(errors)).max(initial=0.0))
    unit = largest if largest > 0 else 1.0
    squares = np.where(known, errors / unit, 0.0) ** 2
    means = squares.sum(axis=0) / np.maximum(counts, 1)
    return unit * np.sqrt(means), counts.astype(float)


def spread(paths: Paths) -> Vector:
    """Give the root mean square in-sample error at each step ahead, never falling.

    A step with too few errors has the spread of the last step with enough, grown as the square
    root of the steps.

    Args:
        paths: The forecasts from every origin.

    Returns:
        One number a step, on the working scale.
    """
    found, counts = root_mean_squares(errors_of(paths))
    enough = max(int((counts >= FEWEST_ERRORS).sum()), 1)
    steps = np.arange(1, len(found) + 1)
    grown = found[enough - 1] * np.sqrt(np.maximum(steps / enough, 1.0))
    return np.asarray(np.maximum.accumulate(np.where(steps <= enough, found, grown)))


def freedom(paths: Paths) -> float:
    """Give the degrees of freedom that the errors have: n - p, at least 1."""
    return max(len(paths.values) - paths.fitted, 1.0)


def reach(paths: Paths, level: float, together: int = 1) -> float:
    """Give how many times the in-sample spread an interval reaches to each side.

    In-sample errors are smaller than those to come: with p parameters fitted to n values, their
    mean square is scaled by (n + p) / (n - p), the final prediction error of Akaike 1969, Annals
    of the Institute of Statistical Mathematics 21:243-247. The quantile is that of Student's t on
    n - p. Errors of sums of k steps overlap, and tell as much as 1.5 (n - p) / k that do not
    (Richardson and Smith 1991, Review of Financial Studies 4:227-254).

    Args:
        paths: The forecasts from every origin.
        level: The level of the interval, such as 0.95.
        together: How many steps are summed, k.
    """
    from scipy.special import stdtrit  # late: it costs a quarter of a second, once

    count, free = len(paths.values), freedom(paths)
    telling = free if together == 1 else max(min(free, 1.5 * free / together), 1.0)
    factor = np.sqrt((count + min(paths.fitted, count - 1)) / free)
    return float(stdtrit(telling, 0.5 + level / 2) * factor)
