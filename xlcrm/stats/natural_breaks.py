"""Natural breaks: the cuts of values into classes that leave the members of a class most alike."""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.int64]]

_FEW = 64
"""Searches of one level that are made one by one, on slices, and not all at once."""


def natural_breaks(values: Vector, count: int) -> Vector:
    """Cut values into classes with the least sum of squared distances from the means of classes.

    Method: the optimum of Fisher (1958, Journal of the American Statistical Association 53), which
    Jenks brought to maps, and which is k-means in one dimension; by dynamic programming over the
    distinct values (Wang and Song 2011, The R Journal 3), in which the best cut never moves back
    while values are added, so that each search halves the others (as in Grønlund et al. 2017,
    arXiv 1701.07204). Of equally good cuts the lowest is taken.

    Args:
        values: n finite numbers.
        count: The number of classes, at least 1; as many as there are distinct values where those
            are fewer.

    Returns:
        The lowest value of each class, rising.

    Example:
        >>> natural_breaks(np.array([1.0, 2.0, 2.0, 10.0, 11.0, 30.0]), 3).tolist()
        [1.0, 10.0, 30.0]
    """
    known, weights = np.unique(values, return_counts=True)
    if len(known) <= count:
        return known
    size = np.abs(known).max()
    scaled = known / size
    scaled -= np.average(scaled, weights=weights)  # sums near 0 keep their digits
    mass = np.append(0.0, np.cumsum(weights, dtype=float))
    total = np.append(0.0, np.cumsum(scaled * weights))
    worth = np.append(0.0, total[1:] ** 2 / mass[1:])
    cuts: list[Places] = []
    for classes in range(2, count):
        worth, cut = _one_class_more(worth, total, mass, classes)
        cuts.append(cut)
    starts = []
    end = len(known)
    if count > 1:
        end, _ = _best(worth, total, mass, end, count - 1, end - 1)
        starts.append(end)
    for cut in reversed(cuts):
        end = int(cut[end])
        starts.append(end)
    return known[[0, *reversed(starts)]]


def _one_class_more(
    worth: Vector, total: Vector, mass: Vector, classes: int
) -> tuple[Vector, Places]:
    """Find the best last cut of the first j values into so many classes, for every j.

    Instead of the squares within classes, the least, the squares between them are sought, the most:
    the sum over classes of their total's square by their mass. The two add up to a constant.

    Args:
        worth: The most of the first j values in one class fewer, for j from 0.
        total: The sum of the first j values, with their weights.
        mass: The weight of the first j values.
        classes: The number of classes, at least 2.

    Returns:
        The most for every j, and the number of values before the last cut.
    """
    size = len(worth) - 1
    most, cut = np.zeros(size + 1), np.zeros(size + 1, dtype=np.int64)
    count = size - classes + 1  # the last cut is sought for j from `classes` to `size`
    step = 1 << (count.bit_length() - 1)
    while step:
        ends = np.arange(classes - 1 + step, size + 1, 2 * step)
        above = np.minimum(ends + step, size)
        lows = np.maximum(cut[ends - step], classes - 1)
        highs = np.where(ends + step > size, ends - 1, np.minimum(cut[above], ends - 1))
        if len(ends) <= _FEW:
            for end, low, high in zip(ends, lows, highs, strict=True):
                cut[end], most[end] = _best(worth, total, mass, int(end), int(low), int(high))
        else:
            cut[ends], most[ends] = _best_of_many(worth, total, mass, ends, lows, highs)
        step //= 2
    return most, cut


def _best(
    worth: Vector, total: Vector, mass: Vector, end: int, low: int, high: int
) -> tuple[int, float]:
    """Find the best last cut of the first ``end`` values, from ``low`` to ``high``."""
    tried = slice(low, high + 1)
    found = worth[tried] + (total[end] - total[tried]) ** 2 / (mass[end] - mass[tried])
    place = int(np.argmax(found))
    return low + place, float(found[place])


def _best_of_many(
    worth: Vector, total: Vector, mass: Vector, ends: Places, lows: Places, highs: Places
) -> tuple[Places, Vector]:
    """Do the same for many ends at once."""
    lengths = highs - lows + 1
    firsts = np.cumsum(lengths) - lengths
    tried = np.arange(lengths.sum()) + np.repeat(lows - firsts, lengths)
    found = np.repeat(total[ends], lengths)
    found -= total[tried]
    found *= found
    found /= np.repeat(mass[ends], lengths) - mass[tried]
    found += worth[tried]
    most = np.maximum.reduceat(found, firsts)
    reached = np.flatnonzero(found == np.repeat(most, lengths))
    return tried[reached[np.searchsorted(reached, firsts)]], most
