"""How likely an end of one kind comes by a time, where ends of another kind compete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Incidence:
    """A cumulative incidence at each of n times.

    Attributes:
        at_risk: What had not ended before the time.
        rate: The chance of an end of the first kind by the time, between 0 and 1.
    """

    at_risk: Vector
    rate: Vector


def aalen_johansen(first: Vector, second: Vector, censored: Vector) -> Incidence:
    """Estimate the cumulative incidence of the first of two kinds of end.

    Method: the sum over the times so far of the share that had not ended before, by either kind,
    times the share of those at risk that ends by the first kind (Aalen and Johansen 1978,
    Scandinavian Journal of Statistics 5). What is censored at a time was at risk at it. Where
    nothing ends by the second kind it is one minus Kaplan and Meier's estimate.

    Args:
        first: What ends by the first kind at each of n times in order: counts, or weights that
            are not negative.
        second: What ends by the second kind, n numbers.
        censored: What is last seen without an end, n numbers.

    Returns:
        The incidence at the n times.

    Example:
        >>> ends = aalen_johansen(*map(np.array, ([1.0, 1.0], [1.0, 0.0], [0.0, 1.0])))
        >>> ends.rate.tolist()
        [0.25, 0.5]
    """
    leaving = first + second + censored
    at_risk = np.cumsum(leaving[::-1])[::-1]
    safe = np.where(at_risk > 0, at_risk, 1.0)
    left = np.cumprod(np.clip(1 - (first + second) / safe, 0.0, 1.0))
    before = np.concatenate([[1.0], left[:-1]])
    return Incidence(at_risk, np.clip(np.cumsum(before * first / safe), 0.0, 1.0))
