"""How series move together: their changes, and the correlation of every two of them."""

from __future__ import annotations

from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.float64]]

CONSTANT = 1e-12
"""The part of their size below which values, or their sum of squares, are rounding alone."""


def changes(series: Matrix) -> Matrix:
    """Give the changes from one value to the next.

    Args:
        series: A row a series, NaN where a value is missing.

    Returns:
        A column less; NaN where one of the two values is missing, 0 for what is rounding alone.

    Example:
        >>> changes(np.array([[0.3, 0.1 + 0.2, 1.3]])).round(9).tolist()
        [[0.0, 1.0]]
    """
    sizes = np.nan_to_num(np.abs(series)).max(axis=1, keepdims=True, initial=0.0)
    sizes[sizes == 0] = 1.0
    steps = np.diff(series / sizes, axis=1)
    moved: Matrix = np.where(np.abs(steps) <= CONSTANT, 0.0, steps) * sizes
    return moved


def correlations(series: Matrix, least: int) -> tuple[Matrix, Matrix]:
    """Correlate every two series over what they have in common.

    Args:
        series: A row a series, NaN where a value is missing; m rows.
        least: The common values that a correlation needs.

    Returns:
        Pearson's r and the common values, m by m each; r is NaN where there are too few of them
        or one of the two does not move.

    Example:
        >>> r, n = correlations(np.array([[1.0, 2.0, 4.0], [2.0, 1.0, -1.0]]), 3)
        >>> r.round(9).tolist(), n.tolist()
        ([[1.0, -1.0], [-1.0, 1.0]], [[3.0, 3.0], [3.0, 3.0]])
    """
    count = len(series)
    r, n = np.full((count, count), np.nan), np.zeros((count, count))
    there = ~np.isnan(series)
    sizes = np.where(there, np.abs(series), 0.0).max(axis=1, keepdims=True, initial=0.0)
    scaled = np.where(there, series, 0.0) / np.where(sizes > 0, sizes, 1.0)
    for k in range(count):
        both = there[k:] & there[k]
        pairs = both.sum(axis=1)
        one = centred(np.broadcast_to(scaled[k], both.shape), both)
        others = centred(scaled[k:], both)
        found = np.where(pairs >= least, of_centred(one, others), np.nan)
        r[k, k:] = r[k:, k] = found
        n[k, k:] = n[k:, k] = pairs
    return r, n


def centred(series: Matrix, where: Any) -> Matrix:
    """Give series less their mean over some places, 0 at the others and where nothing moves.

    Args:
        series: A row a series.
        where: Which places count.
    """
    values = np.where(where, series, 0.0)
    counts = np.maximum(where.sum(axis=1, keepdims=True), 1)
    means = values.sum(axis=1, keepdims=True) / counts
    return unless_constant(np.where(where, values - means, 0.0), values)


def unless_constant(left: Matrix, values: Matrix) -> Matrix:
    """Give what is left of values, 0 where it is rounding alone.

    Args:
        left: The values less what was taken out, a row a series.
        values: The values themselves.
    """
    whole = (values * values).sum(axis=1, keepdims=True)
    constant = (left * left).sum(axis=1, keepdims=True) <= CONSTANT * whole
    kept: Matrix = np.where(constant, 0.0, left)
    return kept


def of_centred(one: Matrix, other: Matrix) -> Any:
    """Correlate centred series row by row; NaN where one of the two does not move.

    Args:
        one: A row a series, its mean 0.
        other: As many.
    """
    size = np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1))
    r = np.full(len(one), np.nan)
    np.divide((one * other).sum(axis=1), size, out=r, where=size > 0)
    return np.clip(r, -1.0, 1.0)
