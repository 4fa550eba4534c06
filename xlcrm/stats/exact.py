"""Sums that do not depend on the order of their terms.

Every number is cut into two parts, on grids so coarse that adding up the parts is exact in any
order and on any engine; only their two totals are rounded, once. (Pre-rounding, after Demmel and
Nguyen, "Fast Reproducible Floating-Point Summation", ARITH 2013.) What the second grid leaves
away is below the largest term times 2⁻¹⁰⁰ times the cube of the number of terms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import narwhals as nw
import numpy as np

Term = TypeVar("Term", nw.Expr, np.ndarray[Any, Any])

_BITS = 52
_LARGEST_EXPONENT = 1020


@dataclass(frozen=True)
class Grid:
    """Two numbers that, added and taken away again, round a term to a grid.

    Attributes:
        coarse: For the first part.
        fine: For what the first part leaves.
    """

    coarse: float
    fine: float


def grid(largest: float, count: int) -> Grid:
    """Choose the grids for a column.

    Args:
        largest: The largest absolute value of its terms.
        count: How many terms there are.

    Raises:
        OverflowError: The sum may be beyond the largest number.

    Example:
        >>> grid(1.0, 8).coarse
        24.0
    """
    if not largest or not count:
        return Grid(0.0, 0.0)
    terms = max(count - 1, 1).bit_length() + 1
    top = math.frexp(largest)[1] + terms
    if top > _LARGEST_EXPONENT:
        raise OverflowError("a sum is beyond the largest number")
    return Grid(math.ldexp(1.5, top), math.ldexp(1.5, max(top - _BITS + terms, -1000)))


def parts(term: Term, on: Grid) -> tuple[Term, Term]:
    """Cut a column into the two parts whose sums are exact.

    Args:
        term: The column, as an expression or as numbers.
        on: Its grids.

    Returns:
        The coarse and the fine part.
    """
    coarse = (term + on.coarse) - on.coarse
    return coarse, ((term - coarse) + on.fine) - on.fine


def sums_by_code(
    terms: np.ndarray[Any, Any], codes: np.ndarray[Any, Any], groups: int
) -> np.ndarray[Any, Any]:
    """Add up the terms of each group, in an order that never matters.

    Args:
        terms: n finite numbers.
        codes: The group of each, n whole numbers from 0.
        groups: How many groups there are.

    Returns:
        One sum a group.

    Raises:
        OverflowError: A sum may be beyond the largest number.

    Example:
        >>> sums_by_code(np.array([0.1, 0.2, 0.3]), np.array([0, 1, 0]), 2).tolist()
        [0.4, 0.2]
    """
    largest = float(np.abs(terms).max()) if len(terms) else 0.0
    on = grid(largest, len(terms))
    coarse = (terms + on.coarse) - on.coarse
    fine = ((terms - coarse) + on.fine) - on.fine
    return np.bincount(codes, coarse, groups) + np.bincount(codes, fine, groups)
