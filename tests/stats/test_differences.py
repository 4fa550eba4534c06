"""Tests of differences against print, scipy and enumeration."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from scipy.stats import fisher_exact as scipy_fisher

from xlcrm.stats.differences import chi_square, difference, fisher_exact, holm

few = settings(max_examples=60, deadline=None)
sides = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def table(hits, cases, other_hits, other_cases):
    return [[hits, cases - hits], [other_hits, other_cases - other_hits]]


def test_the_lady_tasting_tea():
    # Fisher 1935: four cups of each kind, three of four told right; Agresti 2002, p. 92.
    assert fisher_exact(3, 4, 1, 4) == pytest.approx(34 / 70, rel=1e-13)
    assert fisher_exact(4, 4, 0, 4) == pytest.approx(2 / 70, rel=1e-13)


def test_the_convictions_of_twins():
    # Fisher 1962 (1970), the example of R's fisher.test: 10 of 13 monozygotic, 2 of 17 others.
    assert round(fisher_exact(10, 13, 2, 17), 7) == 0.0005367


def test_aspirin_and_heart_attacks():
    # Agresti 2002, table 2.1: 189 of 11,034 with placebo, 104 of 11,037 with aspirin; X² = 25.01.
    found = chi_square(189, 11_034, 104, 11_037)
    assert found == pytest.approx(math.erfc(math.sqrt(25.01 / 2)), rel=5e-3)
    assert found == difference(189, 11_034, 104, 11_037)


def by_enumeration(hits, cases, other_hits, other_cases):
    """Every way to fall on the margins, in whole numbers."""
    successes = hits + other_hits
    ways = [
        math.comb(cases, x) * math.comb(other_cases, successes - x)
        for x in range(successes + 1)
        if x <= cases and successes - x <= other_cases
    ]
    seen = math.comb(cases, hits) * math.comb(other_cases, other_hits)
    return float(Fraction(sum(w for w in ways if w <= seen), sum(ways)))


@few
@given(sides, sides)
def test_the_exact_test_counts_the_tables_that_are_no_more_probable(one, other):
    found = fisher_exact(*one, *other)
    assert found == pytest.approx(by_enumeration(*one, *other), rel=1e-11)
    assert found == pytest.approx(scipy_fisher(table(*one, *other)).pvalue, rel=1e-9)
    assert found == pytest.approx(fisher_exact(*other, *one), rel=1e-11)


@few
@given(sides, sides)
def test_chi_square_is_pearsons_without_correction(one, other):
    found = chi_square(*one, *other)
    seen = np.array(table(*one, *other))
    if (seen.sum(axis=0) == 0).any():
        assert found == 1.0
    else:
        expected = chi2_contingency(seen, correction=False)
        assert found == pytest.approx(expected.pvalue, rel=1e-9)
        small = expected.expected_freq.min() < 5
        assert difference(*one, *other) == (fisher_exact if small else chi_square)(*one, *other)


def test_where_all_or_none_succeed_nothing_differs():
    for counts in ((5, 5, 7, 7), (0, 5, 0, 7), (0, 0, 3, 7)):
        assert difference(*counts) == 1.0


def test_counts_of_a_million_are_tested_too():
    assert difference(3, 400_000, 1, 600_000) == pytest.approx(
        scipy_fisher(table(3, 400_000, 1, 600_000)).pvalue, rel=1e-6
    )
    assert difference(250_000, 500_000, 249_000, 500_000) < 0.05


def test_holm_as_other_manuals_have_it():
    # The example of R's package HDLSSkST: the third and the seventh are rejected at 0.05.
    found = holm(np.array([0.50, 0.01, 0.001, 0.69, 0.02, 0.05, 0.0025]))
    assert (found < 0.05).tolist() == [False, False, True, False, False, False, True]
    # 5, 4, 3, 2, 1 times the values in order, never falling.
    found = holm(np.array([0.042, 0.001, 0.031, 0.014, 0.007]))
    assert found == pytest.approx([0.062, 0.005, 0.062, 0.042, 0.028])


def by_closed_testing(p_values):
    """The largest Bonferroni p-value of all sets of hypotheses that one belongs to."""
    places = range(len(p_values))
    return [
        max(
            min(1.0, size * min(p_values[j] for j in some))
            for size in range(1, len(p_values) + 1)
            for some in itertools.combinations(places, size)
            if k in some
        )
        for k in places
    ]


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_the_closure_of_bonferroni(p_values):
    assert holm(np.array(p_values)) == pytest.approx(by_closed_testing(p_values))


def test_holm_of_nothing_is_nothing():
    assert holm(np.array([])).tolist() == []
