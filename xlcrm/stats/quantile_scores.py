"""Scores by rank: in which part of all values, from the lowest to the highest, each one lies."""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]


def quantile_scores(values: Vector, count: int = 5) -> Vector:
    """Score values from 1, the lowest part, to ``count``, the highest one.

    Method: the score is count · rank / n, rounded up; equal values share their mean rank, so that
    they always have one score, also where no cut by value exists. If all are equal, all have the
    middle score.

    Args:
        values: n finite numbers.
        count: The number of parts.

    Returns:
        n whole numbers from 1 to ``count``.

    Example:
        >>> quantile_scores(np.array([10.0, 20.0, 20.0, 30.0, 40.0])).tolist()
        [1.0, 3.0, 3.0, 4.0, 5.0]
    """
    ordered = np.sort(values)
    starts = np.flatnonzero(np.diff(ordered, prepend=np.nan) != 0)
    ends = np.append(starts[1:], len(ordered))
    twice_rank = starts + 1 + ends
    scores = -(-count * twice_rank // (2 * max(len(ordered), 1)))
    return scored_from(values, ordered[starts], scores, count)


def scored_from(values: Vector, lowest: Vector, scores: Any, count: int) -> Vector:
    """Score values by the class in which they lie.

    Args:
        values: n numbers, none below the first class.
        lowest: The lowest value of each class, rising.
        scores: The score of each class, whole numbers from 1 to ``count`` that never fall.
        count: The highest score.

    Returns:
        n whole numbers.
    """
    bounds = np.append(lowest, np.inf)
    from_score = bounds[np.searchsorted(scores, np.arange(2, count + 1))]
    found = np.ones(len(values))
    for bound in from_score:  # a few comparisons are several times as fast as a search
        found += values >= bound
    return found
