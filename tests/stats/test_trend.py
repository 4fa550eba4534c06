"""Mann-Kendall and Theil-Sen against printed tables, enumeration and scipy."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, theilslopes

from xlcrm.stats.trend import mann_kendall, theil_sen

few = settings(max_examples=60, deadline=None)
small = st.lists(st.integers(-5, 5), min_size=2, max_size=30)
distinct = st.lists(st.integers(-1000, 1000), min_size=2, max_size=30, unique=True)


def with_score(count, score):
    """A series of different values whose Mann-Kendall statistic is the one asked for."""
    values, missing = list(range(count)), (count * (count - 1) // 2 - score) // 2
    for place in range(count):
        moved = min(missing, count - 1 - place)
        values.insert(place, values.pop(place + moved))
        missing -= moved
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("count", "score", "one_sided"),
    [
        (4, 4, 0.167),
        (4, 6, 0.042),
        (5, 2, 0.408),
        (5, 6, 0.117),
        (5, 8, 0.042),
        (8, 12, 0.089),
        (8, 16, 0.031),
        (10, 21, 0.036),
        (10, 25, 0.014),
    ],
)
def test_probabilities_of_small_series_are_those_of_kendall_s_table(count, score, one_sided):
    """Kendall 1975; Gilbert 1987, table A18."""
    found = mann_kendall(with_score(count, score))
    assert found.s == score
    assert round(found.p / 2, 3) == pytest.approx(one_sided, abs=0.0006)


def test_the_probability_is_that_of_all_orders_counted():
    scores = [
        sum(int(np.sign(b - a)) for a, b in itertools.combinations(order, 2))
        for order in itertools.permutations(range(6))
    ]
    for order in ([0, 1, 2, 3, 4, 5], [1, 0, 2, 3, 5, 4], [3, 1, 2, 0, 4, 5], [5, 4, 2, 3, 0, 1]):
        found = mann_kendall(np.array(order, dtype=float))
        as_far = sum(abs(score) >= abs(found.s) for score in scores) / math.factorial(6)
        assert found.p == pytest.approx(as_far, abs=1e-12)


def test_the_variance_without_ties_and_with_them_worked_out_by_hand():
    rising = mann_kendall(np.arange(12.0))
    assert rising.s == 66
    assert rising.z == pytest.approx(65 / math.sqrt(12 * 11 * 29 / 18))
    tied = mann_kendall(np.array([1.0, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9]))
    assert tied.s == 66 - 1 - 3
    variance = (12 * 11 * 29 - 2 * 1 * 9 - 3 * 2 * 11) / 18
    assert tied.z == pytest.approx(61 / math.sqrt(variance))
    assert tied.p == pytest.approx(math.erfc(tied.z / math.sqrt(2)))


@few
@given(small)
def test_tau_is_kendall_s_tau_b_of_scipy(values):
    theirs = kendalltau(range(len(values)), values).statistic if len(set(values)) > 1 else 0.0
    assert mann_kendall(np.array(values, dtype=float)).tau == pytest.approx(theirs, abs=1e-12)


@few
@given(distinct)
def test_up_to_ten_values_the_probability_is_scipy_s_exact_one(values):
    values = values[:10]
    theirs = kendalltau(range(len(values)), values, method="exact").pvalue
    assert mann_kendall(np.array(values, dtype=float)).p == pytest.approx(theirs, abs=1e-9)


@few
@given(small)
def test_the_slope_is_scipy_s(values):
    theirs = theilslopes(values, range(len(values))).slope
    assert theil_sen(np.array(values, dtype=float)) == pytest.approx(theirs, abs=1e-12)


@few
@given(small)
def test_a_series_read_backwards_has_the_opposite_trend(values):
    one, other = (mann_kendall(np.array(side, dtype=float)) for side in (values, values[::-1]))
    assert (one.s, one.tau, one.z, one.slope) == (-other.s, -other.tau, -other.z, -other.slope)
    assert one.p == other.p
    assert 0 < one.p <= 1


def test_a_constant_series_has_no_trend():
    found = mann_kendall(np.full(20, 7.0))
    assert (found.s, found.tau, found.z, found.p, found.slope) == (0, 0, 0, 1, 0)


@pytest.mark.parametrize("values", [[1.0], [1.0, math.nan], [1.0, math.inf, 2.0]])
def test_too_few_values_or_none_are_refused(values):
    with pytest.raises(ValueError, match="at least 2 finite values"):
        mann_kendall(np.array(values))
