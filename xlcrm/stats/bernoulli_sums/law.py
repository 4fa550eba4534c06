"""A distribution on finitely many values, and what is read from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]
_TIE = 1e-12


@dataclass(frozen=True)
class Distribution:
    """A distribution of money.

    Attributes:
        values: What may come, rising, n numbers.
        chances: The chance of each, n numbers that add up to 1.
        unit: The width of a cell, or 0 where the values are the attainable sums themselves.
        exact: Whether every attainable sum is one of the values; else amounts are rounded to
            cells, so that the mean stays what it is.
        mean: The mean, from the deals and not from the grid.
        deviation: The standard deviation, from the deals and not from the grid.
    """

    values: Vector
    chances: Vector
    unit: float
    exact: bool
    mean: float
    deviation: float

    def reaching(self, target: float) -> float:
        """Give the chance of the target or more; a sum equal to the target has reached it."""
        tie = 1e-9 * self.unit + _TIE * float(np.abs(self.values).max())
        first = int(np.searchsorted(self.values, target - tie))
        above = float(self.chances[first:].sum())
        return min(above, 1.0) if first else 1.0

    def quantile(self, q: float) -> float:
        """Give the least value that is not exceeded with the chance q at least.

        Raises:
            ValueError: q is not between 0 and 1.
        """
        if not 0 <= q <= 1:
            raise ValueError("a quantile's level is a number between 0 and 1")
        at = int(np.searchsorted(np.cumsum(self.chances), q - _TIE))
        return float(self.values[min(at, len(self.values) - 1)])
