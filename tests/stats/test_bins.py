"""Ranges of histograms against numpy, and worked by hand."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.bins import (
    Counted,
    even_limits,
    freedman_diaconis,
    log_limits,
    nice,
    places,
    quantile_limits,
    round_limits,
)

few = settings(max_examples=80, deadline=None)
several = st.lists(st.integers(-1000, 1000).map(lambda n: n / 10), min_size=2, max_size=40).filter(
    lambda values: len(set(values)) > 1
)
NICE = [m * 10.0**e for e in range(-4, 5) for m in (1, 2, 2.5, 5)]


def counted(values):
    return Counted(*np.unique(np.array(values, dtype=float), return_counts=True))


@few
@given(several, st.integers(0, 40))
def test_quantiles_are_those_of_numpy(values, share):
    found = counted(values).quantile(Fraction(share, 40))
    assert found == pytest.approx(np.quantile(values, share / 40), rel=1e-12, abs=1e-12)


@few
@given(several)
def test_the_width_is_that_of_numpy_where_the_middle_half_is_spread(values):
    low, high = np.percentile(values, [25, 75])
    width = freedman_diaconis(counted(values))
    if high - low > 1e-9:
        assert width == pytest.approx(2 * (high - low) / len(values) ** (1 / 3))
    else:  # Sturges: 1 + log2 n ranges
        ranges = len(np.histogram_bin_edges(values, "sturges")) - 1
        assert width == pytest.approx((max(values) - min(values)) / ranges)


@pytest.mark.parametrize(
    ("width", "rounded"),
    [(1.0, 1.0), (1.4, 1.0), (1.5, 2.0), (2.2, 2.0), (2.3, 2.5), (3.5, 2.5), (3.6, 5.0), (7.0, 5.0),
     (7.1, 10.0), (0.023, 0.025), (8e-300, 1e-299), (1234.0, 1000.0)],
)  # fmt: skip
def test_a_width_is_rounded_to_the_nearest_nice_one_by_its_factor(width, rounded):
    assert float(nice(width)) == rounded


@few
@given(several)
def test_round_limits_are_multiples_of_one_nice_width_round_all_values(values):
    limits = round_limits(counted(values))
    assert len(limits) - 1 <= 100
    assert limits[0] <= min(values) < limits[1]
    assert limits[-2] < max(values) <= limits[-1]
    width = limits[1] - limits[0]
    assert any(math.isclose(width, one, rel_tol=1e-9) for one in NICE)
    multiples = limits / width
    assert np.abs(multiples - np.rint(multiples)).max() < 1e-6


def test_an_extreme_value_does_not_make_a_thousand_ranges():
    # The spread asks for ranges of 0.25; 100 of them reach from 0 to 1e9 at a width of 1e7.
    limits = round_limits(counted([0.1, 0.2, 0.3, 0.4, 0.5, 1e9]))
    assert limits.tolist() == [k * 1e7 for k in range(101)]


def test_limits_are_the_decimals_that_a_cell_would_hold():
    assert even_limits(counted([0.1, 0.4]), 3).tolist() == [0.1, 0.2, 0.3, 0.4]
    assert even_limits(counted([0, 1]), 10).tolist() == [k / 10 for k in range(11)]
    assert log_limits(counted([1, 1000]), 3).tolist() == [1.0, 10.0, 100.0, 1000.0]
    assert log_limits(counted([0.001, 1]), 3).tolist() == [0.001, 0.01, 0.1, 1.0]


@few
@given(several, st.integers(1, 12))
def test_values_lie_where_a_search_one_by_one_finds_them(values, bins):
    of = counted(values)
    for limits in (even_limits(of, bins), quantile_limits(of, bins), round_limits(of)):
        found = places(np.array(values), limits)
        last = len(limits) - 2
        for value, place in zip(values, found, strict=True):
            inside = [
                k
                for k in range(last + 1)
                if limits[k] <= value < limits[k + 1] or (k == last and value == limits[-1])
            ]
            assert inside == [place]


def test_quantiles_that_coincide_leave_fewer_ranges():
    assert quantile_limits(counted([1, 5, 5, 5, 5, 5, 5, 9]), 4).tolist() == [1.0, 5.0, 9.0]
    assert quantile_limits(counted([5, 5, 5, 5, 9]), 2).tolist() == [5.0, 9.0]


def test_a_single_limit_is_a_range_of_its_own():
    assert places(np.array([7.0, 7.0]), np.array([7.0])).tolist() == [0, 0]


def test_neighbours_among_the_largest_and_smallest_numbers_have_ranges():
    for low, high in ((1e15, 1e15 + 1), (1e-320, 3e-320), (1e-12, 1e12), (-1e300, 1e300)):
        limits = round_limits(counted([low, high]))
        assert limits[0] <= low
        assert limits[-1] >= high
        assert len(log_limits(counted([abs(low), abs(high) * 2]), 5)) > 1
