"""Who bought how often, when last, and since when: the distinct patterns among customers.

Customers of one pattern are as likely as each other under any model of purchases, so a likelihood
is added up over patterns with their numbers of customers; there are far fewer of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from xlcrm.stats.fitted import Bound, Fitted, Objective, Parameters, maximum

Vector = np.ndarray[Any, Any]

MANY = 8_000
"""From so many patterns on, a fit begins with some of them."""

_SCALES = (1, 7, 100)
"""Whole units, days in weeks, hundredths."""
_MOST_CODES = 1 << 31
_MOST_KEYS = 1 << 62


@dataclass(frozen=True)
class Levels:
    """The distinct values of a column of patterns.

    Attributes:
        values: The values.
        of: The place among them of each pattern.
    """

    values: Vector
    of: Vector


@dataclass(frozen=True)
class PurchasePatterns:
    """The distinct patterns of n customers, sorted by x, then t_x, then T.

    Attributes:
        x: Repeat purchases, whole numbers.
        t_x: The time from the first purchase to the last one.
        T: The time from the first purchase to the end of what was seen.
        weights: How many customers have each pattern.
        keys: One number a pattern, rising.
        customers: The key of each customer.
    """

    x: Vector
    t_x: Vector
    T: Vector
    weights: Vector
    keys: Vector
    customers: Vector

    @cached_property
    def of_customers(self) -> Vector:
        """The place of each customer's pattern."""
        places: Vector = np.searchsorted(self.keys, self.customers)
        return places

    @cached_property
    def count(self) -> float:
        """How many customers there are."""
        return float(self.weights.sum())

    @cached_property
    def repeats(self) -> float:
        """How many repeat purchases there are."""
        return float((self.weights * self.x).sum())

    def thinned(self, most: int) -> PurchasePatterns:
        """Take every k-th pattern, so that about `most` of them stay for a first look."""
        k = slice(None, None, max(len(self.x) // most, 1))
        x, t_x, seen = self.x[k], self.t_x[k], self.T[k]
        return PurchasePatterns(x, t_x, seen, self.weights[k], self.keys[k], self.keys[:0])

    @cached_property
    def of_x(self) -> Levels:
        """The distinct numbers of repeat purchases."""
        return _levels(self.x)

    @cached_property
    def of_t_x(self) -> Levels:
        """The distinct times of last purchases."""
        return _levels(self.t_x)

    @cached_property
    def of_T(self) -> Levels:  # noqa: N802 - the field's own name
        """The distinct times of being seen."""
        return _levels(self.T)


def purchase_patterns(x: Vector, t_x: Vector, T: Vector) -> PurchasePatterns:  # noqa: N803
    """Find the distinct patterns among customers.

    Args:
        x: Repeat purchases of each of n customers, whole numbers.
        t_x: The time from the first purchase of each to the last one, 0 where there is no repeat.
        T: The time from the first purchase of each to the end of what was seen, in the same unit.

    Raises:
        ValueError: A number of purchases is not whole, or a time is impossible.

    Example:
        >>> found = purchase_patterns(np.array([1, 0, 1]), np.array([2, 0, 2]), np.array([5, 5, 5]))
        >>> found.weights.tolist()
        [1.0, 2.0]
    """
    given = [np.asarray(column, dtype=float) for column in (x, t_x, T)]
    _require_possible(*given)
    columns = [_coded(column) for column in given]
    sizes = [column.size for column in columns]
    pairs = None
    if sizes[0] * sizes[1] * sizes[2] > _MOST_KEYS:  # integers of Python: they do not overflow
        columns = [_counted(column) for column in given]
        sizes = [column.size for column in columns]
    first = columns[0].codes * sizes[1] + columns[1].codes
    if sizes[0] * sizes[1] * sizes[2] > _MOST_KEYS:
        pairs, first = np.unique(first, return_inverse=True)  # no more of them than customers
    keys = first * sizes[2] + columns[2].codes
    ordered = np.sort(keys)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    distinct = ordered[starts]
    weights = np.diff(starts, append=len(ordered)).astype(float)
    both = distinct // sizes[2] if pairs is None else pairs[distinct // sizes[2]]
    return PurchasePatterns(
        columns[0].decoded(both // sizes[1]),
        columns[1].decoded(both % sizes[1]),
        columns[2].decoded(distinct % sizes[2]),
        weights,
        distinct,
        keys,
    )


def likeliest(
    patterns: PurchasePatterns,
    objective: Callable[[PurchasePatterns, float], Objective],
    starts: Sequence[tuple[float, float, float, float]],
    bounds: Sequence[Bound],
    parameters: Callable[[Vector, float], Parameters],
) -> Fitted[Parameters]:
    """Find the parameters of a model of purchases that make the patterns most likely.

    Args:
        patterns: What customers did.
        objective: Gives the mean log-likelihood by the free parameters, with time in units.
        starts: Where the search starts: the logarithm of the shape of the rate, how much faster
            than the usual pace it is, and the two parameters of leaving.
        bounds: The limits of the free parameters.
        parameters: Reads the free parameters, with time in units, as those of the model.

    Raises:
        ValueError: No customer bought again.
    """
    if not patterns.repeats:
        raise ValueError("not identifiable: no repeat purchases")
    unit = float(patterns.T.max())
    pace = unit * patterns.repeats / float((patterns.weights * patterns.T).sum())
    points = [
        np.array([shape, shape - math.log(pace) - faster, *leaving])
        for shape, faster, *leaving in starts
    ]
    if len(patterns.x) > MANY:  # a first look at some of them saves most looks at all
        some = patterns.thinned(MANY // 4)
        if some.repeats:
            points.insert(0, maximum(objective(some, unit), points, bounds).at)
    found = maximum(objective(patterns, unit), points, bounds)
    value = found.value * patterns.count - patterns.repeats * math.log(unit)
    return Fitted(parameters(found.at, unit), value, found.gradient, found.why_not)


def _require_possible(x: Vector, t_x: Vector, seen: Vector) -> None:
    """Refuse what no customer can have done."""
    for wrong, words in (
        (~(np.isfinite(x) & np.isfinite(t_x) & np.isfinite(seen)), "a number is missing"),
        ((x < 0) | (x != np.floor(x)), "x must be a whole number of purchases"),
        ((t_x < 0) | (t_x > seen), "t_x must lie between 0 and T"),
        ((x > 0) & (t_x == 0), "a repeat purchase needs a t_x above 0"),
        ((x == 0) & (t_x != 0), "without a repeat purchase t_x is 0"),
    ):
        if wrong.any():
            k = int(np.argmax(wrong))
            raise ValueError(
                f"customer {k + 1}: {words} (x {x[k]:g}, t_x {t_x[k]:g}, T {seen[k]:g})"
            )


@dataclass(frozen=True)
class _Coded:
    """Values as whole numbers: of a unit of which there are `scale` in 1, or counted.

    Attributes:
        codes: The whole numbers.
        scale: How many units are 1; 0 where the values are counted.
        distinct: The values that are counted.
    """

    codes: Vector
    scale: int
    distinct: Vector

    @property
    def size(self) -> int:
        """One more than the largest code."""
        return int(self.codes.max(initial=0)) + 1

    def decoded(self, codes: Vector) -> Vector:
        """Give the values that codes stand for."""
        found: Vector = codes / self.scale if self.scale else self.distinct[codes]
        return found


def _coded(values: Vector) -> _Coded:
    """Number values, by a scale on which they are exactly whole, else by counting them."""
    for scale in _SCALES:
        codes = np.rint(values * scale)
        if codes.max(initial=0.0) < _MOST_CODES and (codes / scale == values).all():
            return _Coded(codes.astype(np.int64), scale, codes[:0])
    return _counted(values)


def _counted(values: Vector) -> _Coded:
    distinct, codes = np.unique(values, return_inverse=True)
    return _Coded(codes.astype(np.int64), 0, distinct)


def _levels(values: Vector) -> Levels:
    """Number the distinct values of a column of patterns."""
    coded = _coded(values)
    if coded.size > max(8 * len(values), 1 << 16):
        distinct, places = np.unique(coded.codes, return_inverse=True)
        return Levels(coded.decoded(distinct), places)
    there = np.zeros(coded.size, dtype=bool)
    there[coded.codes] = True
    return Levels(coded.decoded(np.flatnonzero(there)), (np.cumsum(there) - 1)[coded.codes])
