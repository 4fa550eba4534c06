"""Which groups' rates differ from the rest of their line by more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcrm.stats.differences import difference, holm

Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Against:
    """Each of n groups against all others of its line.

    Attributes:
        hits: Successes of the others.
        cases: Trials of the others; 0 where a group stands alone.
        p_value: How likely such a difference is by chance; NaN where a group stands alone.
        adjusted: The same, adjusted for the comparisons made in the line.
    """

    hits: Vector
    cases: Vector
    p_value: Vector
    adjusted: Vector


def against_the_rest(hits: Vector, cases: Vector, lines: Vector) -> Against:
    """Compare each group with all others of its line.

    Two groups of a line make one comparison, seen from both sides, which needs no adjustment;
    three and more make one each, adjusted by Holm within the line.

    Args:
        hits: Successes of n groups, whole numbers.
        cases: Trials of n groups, whole numbers.
        lines: The line of each group, n whole numbers from 0.
    """
    other_hits, other_cases = of_the_rest(hits, lines), of_the_rest(cases, lines)
    compared = (cases > 0) & (other_cases > 0)
    p_value = np.full(len(hits), np.nan)
    for k in np.flatnonzero(compared):
        p_value[k] = difference(hits[k], cases[k], other_hits[k], other_cases[k])
    return Against(other_hits, other_cases, p_value, _adjusted(p_value, lines))


def of_the_rest(values: Vector, lines: Vector) -> Vector:
    """Add up, for each group, the values of all others of its line; none is taken away again.

    Args:
        values: One number of each of n groups.
        lines: The line of each group, n whole numbers from 0.
    """
    answer = np.zeros(len(values))
    for line in _places(lines):
        own = values[line]
        answer[line[1:]] = np.cumsum(own[:-1])
        answer[line[:-1]] += np.cumsum(own[:0:-1])[::-1]
    return answer


def _places(lines: Vector) -> list[Any]:
    """Give the places of each line's groups."""
    order = np.argsort(lines, kind="stable")
    _, starts = np.unique(lines[order], return_index=True)
    return np.split(order, starts[1:])


def _adjusted(p_value: Vector, lines: Vector) -> Vector:
    adjusted = p_value.copy()
    for line in _places(lines):
        compared = line[~np.isnan(p_value[line])]
        if len(compared) > 2:
            adjusted[compared] = holm(p_value[compared])
    return adjusted
