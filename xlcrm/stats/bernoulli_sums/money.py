"""Amounts as whole numbers of the smallest unit that they share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Vector = np.ndarray[Any, np.dtype[np.float64]]

_MOST_DECIMALS = 6
_EXACT = 2.0**53
_TIE = 1e-12


@dataclass(frozen=True)
class Deals:
    """Deals in an order that does not depend on how they came.

    Attributes:
        amounts: The amounts of uncertain deals, n numbers other than 0, rising.
        chances: Their chances, strictly between 0 and 1.
        certain: What the certain deals bring.
        mean: The mean of all deals.
    """

    amounts: Vector
    chances: Vector
    certain: float
    mean: float


def sorted_deals(amounts: ArrayLike, chances: ArrayLike) -> Deals:
    """Check deals and sort them.

    Args:
        amounts: n finite amounts.
        chances: n chances.

    Raises:
        ValueError: The lengths differ, a number is not finite, a chance is outside 0 to 1.
        OverflowError: The sum may be beyond the largest number.
    """
    a, p = np.asarray(amounts, dtype=float), np.asarray(chances, dtype=float)
    if a.ndim != 1 or a.shape != p.shape:
        raise ValueError("amounts and chances are two lists of the same length")
    if not (np.isfinite(a).all() and np.isfinite(p).all()):
        raise ValueError("an amount or a chance is not a finite number")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("a chance is a number between 0 and 1")
    if len(a) and float(np.abs(a / 4).max()) * len(a) > np.finfo(float).max / 4:
        raise OverflowError("a sum is beyond the largest number")
    order = np.lexsort((p, a))
    a, p = a[order], p[order]
    open_ = (a != 0) & (p > 0) & (p < 1)
    certain = math.fsum(a[p == 1].tolist())
    return Deals(a[open_], p[open_], certain, math.fsum((a * p).tolist()))


def checked_rho(rho: float) -> float:
    """Refuse a correlation that is none.

    Raises:
        ValueError: It is not from 0 to below 1.
    """
    if not 0 <= rho < 1:
        raise ValueError("rho is a number from 0 to below 1")
    return float(rho)


def shared_unit(amounts: Vector, certain: float) -> tuple[int, float] | None:
    """Find the largest unit of which every amount is a whole multiple.

    Args:
        amounts: Amounts other than 0.
        certain: An amount that need not be a multiple, but has no more decimals.

    Returns:
        The unit as a whole number and what it is to be divided by (a power of ten), or nothing
        where amounts have more than six decimals or are too large to be told apart.
    """
    every = np.append(amounts, certain)
    for decimals in range(_MOST_DECIMALS + 1):
        scale = 10.0**decimals
        scaled = np.rint(every * scale)
        if float(np.abs(scaled).sum()) >= _EXACT:
            return None
        if (np.abs(scaled / scale - every) <= 4e-16 * np.abs(every)).all():
            return int(np.gcd.reduce(scaled[:-1].astype(np.int64))), scale
    return None


def money(cells: Vector, unit: tuple[float, float], certain: float) -> Vector:
    """Turn whole numbers of units into amounts, each rounded once.

    Args:
        cells: Whole numbers.
        unit: The unit and what it is to be divided by.
        certain: What is added to each.
    """
    step, scale = unit
    found: Vector = (cells * step + np.rint(certain * scale)) / scale
    return found


def merged(values: Vector, chances: Vector) -> tuple[Vector, Vector]:
    """Add up the chances of equal values.

    Args:
        values: n numbers; those nearer than 1e-12 of the largest count as equal.
        chances: n numbers.

    Returns:
        The distinct values, rising, and their chances.
    """
    order = np.argsort(values, kind="stable")
    values, chances = values[order], chances[order]
    gap = _TIE * float(np.abs(values).max())
    starts = np.flatnonzero(np.append(True, np.diff(values) > gap))
    return values[starts], np.add.reduceat(chances, starts)
