"""Sums, isotonic regression and intervals against exact arithmetic, brute force and print."""

import itertools
import math
from fractions import Fraction

import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.errors import OutOfDomain
from xlcrm.reduce.sums import grouped_sums, totals
from xlcrm.stats.exact import sums_by_code
from xlcrm.stats.isotonic import rising
from xlcrm.stats.proportion import wilson

few = settings(max_examples=40, deadline=None)
numbers = st.floats(-1e12, 1e12).filter(lambda x: x == 0 or abs(x) > 1e-12)
columns = st.lists(numbers, min_size=1, max_size=60)


def exact(values):
    return float(sum(map(Fraction, values)))


def summed(values):
    return float(sums_by_code(np.array(values), np.zeros(len(values), dtype=int), 1)[0])


def reduced(values):
    """The sum as the reductions make it: cut on the rows, added up by an engine, rounded once."""
    frame = nw.from_native(pd.DataFrame({"x": values})).lazy()
    found = grouped_sums(frame, [], {"x": nw.col("x")})
    return float(totals(found, (), {"x": ("x", None)})["x"].item())


@few
@given(columns)
def test_a_sum_is_exact_but_for_what_is_lost_far_below_the_largest_term(values):
    lost = max(map(abs, values)) * 2.0**-100 * len(values) ** 3
    for total in (summed(values), reduced(values)):
        assert abs(Fraction(total) - sum(map(Fraction, values))) <= Fraction(
            math.ulp(exact(values)) / 2
        ) + Fraction(lost)


@few
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=60))
def test_a_sum_of_cents_is_the_nearest_number_to_the_sum_of_what_the_cells_hold(cents):
    values = [cent / 100 for cent in cents]
    assert summed(values) == reduced(values) == exact(values)


@few
@given(columns, st.randoms(use_true_random=False))
def test_no_order_of_the_terms_changes_a_bit(values, chance):
    mixed = list(values)
    chance.shuffle(mixed)
    assert summed(mixed).hex() == summed(values).hex()
    assert reduced(mixed).hex() == reduced(values).hex()


def test_every_order_of_terms_that_cancel_gives_the_same_sum():
    terms = [1e9, 0.7, -1e9, 0.1, 33.33]
    assert len({sum(order) for order in itertools.permutations(terms)}) > 1
    assert {summed(list(order)) for order in itertools.permutations(terms)} == {exact(terms)}


@few
@given(columns, st.integers(-40, 40))
def test_scaling_the_terms_by_a_power_of_two_scales_the_sum_exactly(values, power):
    scaled = [math.ldexp(value, power) for value in values]
    assert summed(scaled) == math.ldexp(summed(values), power)


def test_groups_do_not_touch_one_another():
    values, codes = np.array([1e9, 0.1, 0.2, -1e9, 0.3]), np.array([0, 1, 1, 0, 3])
    assert sums_by_code(values, codes, 4).tolist() == [0.0, exact([0.1, 0.2]), 0.0, 0.3]


def test_a_million_tenths_are_a_hundred_thousand():
    assert reduced(np.full(1_000_000, 0.1)) == float(Fraction(0.1) * 1_000_000) == 1e5


def test_an_overflow_is_refused_and_never_infinite():
    with pytest.raises(OverflowError):
        summed([1e308, 1e308])
    with pytest.raises(OutOfDomain, match="overflow"):
        reduced([1e308, 1e308])


# ── isotonic regression ─────────────────────────────────────────────────────────────────────


def brute_force(values, weights):
    """The best of all ways to cut the sequence into blocks that share their mean."""
    count, best, answer = len(values), math.inf, None
    for cuts in itertools.product([False, True], repeat=count - 1):
        ends = [k + 1 for k, cut in enumerate(cuts) if cut] + [count]
        fitted, start = [], 0
        for end in ends:
            part, weight = values[start:end], weights[start:end]
            mean = sum(p * w for p, w in zip(part, weight, strict=True)) / sum(weight)
            fitted += [mean] * (end - start)
            start = end
        if any(b < a for a, b in itertools.pairwise(fitted)):
            continue
        cost = sum(w * (v - f) ** 2 for v, f, w in zip(values, fitted, weights, strict=True))
        if cost < best:
            best, answer = cost, fitted
    return [float(value) for value in answer]


pairs = st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 9)), min_size=1, max_size=7)


@few
@given(pairs)
def test_pooling_violators_finds_the_least_squares_of_brute_force(sequence):
    values = [Fraction(value, 7) for value, _ in sequence]
    weights = [Fraction(weight) for _, weight in sequence]
    found = rising(np.array(values, dtype=float), np.array(weights, dtype=float))
    assert found.tolist() == pytest.approx(brute_force(values, weights), abs=1e-12)


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_a_rising_sequence_stays_as_it_is_and_any_other_rises(values):
    assert rising(np.array(sorted(values)), np.ones(len(values))).tolist() == sorted(values)
    assert (np.diff(rising(np.array(values), np.ones(len(values)))) >= 0).all()


# ── Wilson's interval ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_s_interval_as_newcombe_printed_it(hits, cases, low, high):
    """Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3 (score)."""
    found = wilson(np.array([float(hits)]), np.array([float(cases)]), 0.95)
    assert [round(float(end[0]), 4) for end in found] == [low, high]


def test_no_cases_have_no_interval_and_all_hits_reach_one():
    low, high = wilson(np.array([0.0, 5.0]), np.array([0.0, 5.0]), 0.95)
    assert np.isnan([low[0], high[0]]).all()
    assert high[1] == 1.0
    assert low[1] == pytest.approx(1 / (1 + 1.959963985**2 / 5), abs=1e-9)
