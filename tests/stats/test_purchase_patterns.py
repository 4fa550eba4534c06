"""Customers brought to their distinct patterns, exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.purchase_patterns import purchase_patterns


def patterns(*customers):
    return purchase_patterns(*np.array(customers, dtype=float).T)


def counted(found):
    return {
        (x, t_x, seen): n
        for x, t_x, seen, n in zip(found.x, found.t_x, found.T, found.weights, strict=True)
    }


def test_alike_customers_are_one_pattern():
    found = patterns((2, 3, 9), (0, 0, 9), (2, 3, 9), (2, 4, 9))
    assert counted(found) == {(0, 0, 9): 1, (2, 3, 9): 2, (2, 4, 9): 1}
    assert found.count == 4
    assert found.repeats == 6
    assert found.of_customers.tolist() == [1, 0, 1, 2]


@pytest.mark.parametrize("unit", [1, 7, 100, 3, 12.34])
def test_times_come_back_to_the_bit_in_any_unit(unit):
    chance = np.random.default_rng(1)
    seen = chance.integers(5, 400, 500) / unit
    x = chance.integers(0, 4, 500).astype(float)
    t_x = np.where(x > 0, np.minimum(seen, chance.integers(1, 5, 500) / unit), 0.0)
    found = purchase_patterns(x, t_x, seen)
    assert set(counted(found)) == set(zip(x, t_x, seen, strict=True))
    assert (found.T[found.of_customers] == seen).all()
    assert (found.t_x[found.of_customers] == t_x).all()
    assert (found.of_T.values[found.of_T.of] == found.T).all()


def test_numbers_too_large_for_one_key_are_counted_first():
    chance = np.random.default_rng(2)
    x = chance.integers(1, 2_000_000_000, 300).astype(float)
    seen = chance.random(300) * 1e9 + 1e9
    found = purchase_patterns(x, seen / 2, seen)
    assert (found.x[found.of_customers] == x).all()
    assert (found.t_x[found.of_customers] == seen / 2).all()
    assert (found.T[found.of_customers] == seen).all()


@pytest.mark.parametrize(
    ("customer", "words"),
    [
        ((1, 6, 5), "t_x must lie between 0 and T"),
        ((1, -1, 5), "t_x must lie between 0 and T"),
        ((2, 0, 5), "a repeat purchase needs a t_x above 0"),
        ((0, 2, 5), "without a repeat purchase t_x is 0"),
        ((1.5, 2, 5), "whole number"),
        ((-1, 2, 5), "whole number"),
        ((1, float("nan"), 5), "a number is missing"),
        ((1, 2, float("inf")), "a number is missing"),
    ],
)
def test_what_no_customer_can_have_done_is_refused_with_its_place(customer, words):
    with pytest.raises(ValueError, match=f"customer 2: .*{words}"):
        patterns((1, 2, 5), customer)


members = st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(5, 8))


@settings(max_examples=60, deadline=None)
@given(st.lists(members, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_customers_never_matters_and_each_counts_once(customers, chance):
    some = [(x, t_x if x else 0, seen) for x, t_x, seen in customers]
    mixed = chance.sample(some, len(some))
    here, there = patterns(*some), patterns(*mixed)
    assert counted(here) == counted(there)
    assert counted(here) == {one: some.count(one) for one in some}
