"""Whether two shares differ by more than chance: exact and large-sample tests, many at once."""

from __future__ import annotations

from math import erfc, sqrt
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]

LEAST_EXPECTED = 5.0
"""The expected count from which on the chi-square distribution is close enough (Cochran 1954)."""

_AS_PROBABLE = 1 + 1e-7
"""What is called equally probable: two ways to the same table round differently (as in R)."""


def fisher_exact(hits: float, cases: float, other_hits: float, other_cases: float) -> float:
    """Test whether two shares differ, exactly and two-sided.

    Method: with all margins fixed, the sum of the probabilities of the tables that are no more
    probable than the one seen (Fisher 1935, The Design of Experiments, chapter 2).

    Args:
        hits: Successes of the one, a whole number.
        cases: Trials of the one, a whole number.
        other_hits: Successes of the other, a whole number.
        other_cases: Trials of the other, a whole number.

    Returns:
        The p-value between 0 and 1; 1 where all or none succeeded, or one has no trials.

    Example:
        >>> round(fisher_exact(3, 4, 1, 4), 4)
        0.4857
    """
    from scipy.special import gammaln  # late: half a second that most calls do not need

    successes = hits + other_hits
    low, high = max(0.0, successes - other_cases), min(cases, successes)
    x = np.arange(low, high + 1)

    def ways(total: float, chosen: Vector) -> Vector:
        found: Vector = -gammaln(chosen + 1) - gammaln(total - chosen + 1)
        return found

    logs = ways(cases, x) + ways(other_cases, successes - x)
    weights = np.exp(logs - logs.max())
    seen = weights[int(hits - low)]
    return float(min(1.0, weights[weights <= seen * _AS_PROBABLE].sum() / weights.sum()))


def chi_square(hits: float, cases: float, other_hits: float, other_cases: float) -> float:
    """Test whether two shares differ, for counts that are not small.

    Method: Pearson's chi-square with one degree of freedom, without Yates' correction (Pearson
    1900, Philosophical Magazine 50).

    Args:
        hits: Successes of the one.
        cases: Trials of the one.
        other_hits: Successes of the other.
        other_cases: Trials of the other.

    Returns:
        The p-value between 0 and 1; 1 where all or none succeeded, or one has no trials.
    """
    all_cases, all_hits = cases + other_cases, hits + other_hits
    margins = cases * other_cases * all_hits * (all_cases - all_hits)
    if not margins:
        return 1.0
    across = hits * (other_cases - other_hits) - other_hits * (cases - hits)
    return erfc(sqrt(all_cases * across * across / margins / 2))


def difference(hits: float, cases: float, other_hits: float, other_cases: float) -> float:
    """Test whether two shares differ: exactly where a count is expected to be small.

    Method: `fisher_exact` where any of the four expected counts lies below `LEAST_EXPECTED`, else
    `chi_square` (Cochran 1954, Biometrics 10).

    Args:
        hits: Successes of the one, a whole number.
        cases: Trials of the one, a whole number.
        other_hits: Successes of the other, a whole number.
        other_cases: Trials of the other, a whole number.

    Returns:
        The p-value between 0 and 1.
    """
    all_cases, all_hits = cases + other_cases, hits + other_hits
    rarer = min(all_hits, all_cases - all_hits)
    small = min(cases, other_cases) * rarer < LEAST_EXPECTED * all_cases
    test = fisher_exact if small else chi_square
    return test(hits, cases, other_hits, other_cases)


def holm(p_values: Vector) -> Vector:
    """Adjust p-values for how many tests were made.

    Method: step-down, the k-th smallest of m times m - k + 1, never falling (Holm 1979,
    Scandinavian Journal of Statistics 6).

    Args:
        p_values: m p-values.

    Returns:
        m adjusted p-values in the same order; calling those below a level different errs at all
        with at most this chance.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = len(p_values) - np.arange(len(p_values))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p_values[order] * steps))
    return adjusted
