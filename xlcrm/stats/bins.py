"""Ranges for a histogram: how wide, where they begin, and what lies in each.

Limits are computed in fractions and rounded once, so that a limit of 0.3 is the number that a cell
with 0.3 holds, and a value at a limit is found at it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

MOST = 100
"""The most ranges."""

_NICE = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5))

Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Counted:
    """Values with ties, in rising order.

    Attributes:
        values: n different finite numbers, rising.
        counts: How often each of them occurs.
    """

    values: Vector
    counts: np.ndarray[Any, Any]

    @property
    def size(self) -> int:
        """How many values there are, each as often as it occurs."""
        return int(self.counts.sum())

    @property
    def low(self) -> float:
        """The lowest value."""
        return float(self.values[0])

    @property
    def high(self) -> float:
        """The highest value."""
        return float(self.values[-1])

    def quantile(self, share: Fraction) -> float:
        """Give a quantile, straight between neighbours (type 7 of Hyndman and Fan, 1996).

        Args:
            share: From 0 to 1.
        """
        place = share * (self.size - 1)
        below = math.floor(place)
        up_to = np.cumsum(self.counts)
        near, far = (
            Fraction(float(self.values[np.searchsorted(up_to, k, side="right")]))
            for k in (below, min(below + 1, self.size - 1))
        )
        return float(near + (far - near) * (place - below))


def freedman_diaconis(of: Counted) -> float:
    """Say how wide a range should be: twice the interquartile range by the cube root of n.

    Where a half of the values or more are equal that is 0; then as many ranges as Sturges (1926)
    would make, 1 + log2 n.

    Source: D. Freedman and P. Diaconis, "On the histogram as a density estimator: L2 theory",
    Zeitschrift für Wahrscheinlichkeitstheorie und verwandte Gebiete 57 (1981), 453-476.

    Args:
        of: Values, at least two different ones.
    """
    between = of.quantile(Fraction(3, 4)) - of.quantile(Fraction(1, 4))
    width = 2.0 * between / of.size ** (1 / 3)
    return width or (of.high - of.low) / math.ceil(1 + math.log2(of.size))


def nice(width: float | Fraction) -> Fraction:
    """Round a width to 1, 2, 2.5 or 5 times a power of ten, whichever is nearest by its factor.

    Args:
        width: A positive number.

    Example:
        >>> float(nice(0.23))
        0.25
    """
    exact = Fraction(width)
    return min(_nice_near(exact), key=lambda one: max(one / exact, exact / one))


def _at_least(width: Fraction) -> Fraction:
    """Give the smallest nice width that is not below another."""
    return min(one for one in _nice_near(width) if one >= width)


def _nice_near(width: Fraction) -> list[Fraction]:
    """Give the nice widths round another, from a tenth of its power of ten to ten times it."""
    # Logarithms of whole numbers: a fraction may be too small or large for a float.
    power = math.floor(math.log10(width.numerator) - math.log10(width.denominator))
    return [one * Fraction(10) ** (power + k) for k in (-1, 0, 1) for one in _NICE]


def round_limits(of: Counted) -> Vector:
    """Give limits at multiples of a nice width, from below the lowest to above the highest value.

    Args:
        of: Values, at least two different ones.
    """
    low, high = _decimal(of.low), _decimal(of.high)
    width = max(nice(freedman_diaconis(of)), _at_least((high - low) / MOST))
    while math.ceil(high / width) - math.floor(low / width) > MOST:
        width = _at_least(width * Fraction(101, 100))  # the next one: they lie 1.25 to 2 apart
    first, last = math.floor(low / width), math.ceil(high / width)
    return np.unique([float(k * width) for k in range(first, last + 1)])


def even_limits(of: Counted, bins: int) -> Vector:
    """Give limits of ranges that are as wide as each other, from the lowest to the highest value.

    Args:
        of: Values, at least two different ones.
        bins: How many ranges.
    """
    low, high = _decimal(of.low), _decimal(of.high)
    return np.unique([float(low + (high - low) * k / bins) for k in range(bins + 1)])


def quantile_limits(of: Counted, bins: int) -> Vector:
    """Give limits between which as many values lie as in every other range.

    Args:
        of: Values, at least two different ones.
        bins: How many ranges; where many values are equal, limits coincide and fewer are left.
    """
    return np.unique([of.quantile(Fraction(k, bins)) for k in range(bins + 1)])


def log_limits(of: Counted, bins: int | None) -> Vector:
    """Give limits of which each is the same multiple of the one before.

    Args:
        of: Positive values, at least two different ones.
        bins: How many ranges; None for as many as suit the spread of the logarithms.
    """
    logs = np.log10(of.values)
    if bins is None:
        spread = logs[-1] - logs[0]
        width = freedman_diaconis(Counted(logs, of.counts))
        bins = min(max(math.ceil(spread / width), 1), MOST) if spread > 0 and width > 0 else 1
    between = 10.0 ** (logs[0] + (logs[-1] - logs[0]) * np.arange(1, bins) / bins)
    rounded = [float(f"{limit:.12g}") for limit in between]  # 10, and not 9.999999999999998
    return np.unique(np.clip([of.low, *rounded, of.high], of.low, of.high))


def places(values: Vector, limits: Vector) -> np.ndarray[Any, Any]:
    """Find the range of each value: at a limit the one above it, at the highest the last.

    Args:
        values: Values between the first and the last limit.
        limits: Rising limits, at least one; a single one is a range of its own.

    Returns:
        The ranges, whole numbers from 0.
    """
    found = np.searchsorted(limits, values, side="right") - 1
    return np.clip(found, 0, max(len(limits) - 2, 0))


def _decimal(number: float) -> Fraction:
    """Give the shortest decimal that is read as this number: 0.1, not what is stored for it."""
    return Fraction(repr(number))
