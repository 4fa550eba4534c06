"""Kitagawa's parts of a change of a ratio: worked by hand, and the laws that hold for any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.kitagawa import ratio_change

few = settings(max_examples=80, deadline=None)


def parts(before, now):
    """Groups of numerator and denominator."""
    return ratio_change(*(tuple(np.array(side, dtype=float).T) for side in (before, now)))


def test_two_groups_by_hand():
    # Before 10 of 20 and 10 of 80 (0.5 and 0.125), now 40 of 50 and 10 of 50 (0.8 and 0.2). The
    # first weighs 0.2, then 0.5; the second 0.8, then 0.5. The mean of all is (0.2 + 0.5) / 2.
    found = parts([(10, 20), (10, 80)], [(40, 50), (10, 50)])
    # 0.35 * 0.3 and 0.65 * 0.075
    assert found.rate.tolist() == pytest.approx([0.105, 0.04875])
    # 0.3 * (0.65 - 0.35) and -0.3 * (0.1625 - 0.35)
    assert found.mix.tolist() == pytest.approx([0.09, 0.05625])
    assert found.contribution.sum() == pytest.approx(0.3)


def test_simpson_all_groups_fall_and_the_whole_rises():
    # Both rates fall by 0.1 while weight moves to the better one.
    found = parts([(80, 100), (180, 900)], [(630, 900), (10, 100)])
    assert found.rate.tolist() == pytest.approx([-0.05, -0.05])
    assert found.contribution.sum() == pytest.approx(0.64 - 0.26)


def test_a_group_of_one_period_is_all_mix():
    # Before 5 of 10 alone; now 5 of 10 and 9 of 10: the mean of 0.5 and 0.7 is 0.6.
    found = parts([(5, 10), (0, 0)], [(5, 10), (9, 10)])
    assert found.rate.tolist() == [0.0, 0.0]
    # The first loses half its weight at 0.5 - 0.6; the newcomer has 9 of 20 less 0.5 * 0.6.
    assert found.mix.tolist() == pytest.approx([0.05, 0.15])


groups = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)),
    min_size=1,
    max_size=8,
).filter(lambda g: sum(one[1] for one in g) and sum(one[3] for one in g))


@few
@given(groups)
def test_the_parts_add_up_and_turn_round_with_time(table):
    before, now = [one[:2] for one in table], [one[2:] for one in table]
    found, turned = parts(before, now), parts(now, before)
    overall = [sum(a for a, _ in side) / sum(b for _, b in side) for side in (before, now)]
    assert found.contribution.sum() == pytest.approx(overall[1] - overall[0], abs=1e-12)
    assert (found.rate + turned.rate).tolist() == pytest.approx([0.0] * len(table), abs=1e-12)
    assert (found.mix + turned.mix).tolist() == pytest.approx([0.0] * len(table), abs=1e-9)


@few
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 50)), min_size=1, max_size=6),
       st.integers(2, 9))  # fmt: skip
def test_equal_weights_leave_no_mix_and_equal_rates_no_rate_effect(table, times):
    grown = [(above * times, below * times) for above, below in table]
    found = parts(table, grown)
    assert np.abs(found.contribution).max() < 1e-12
    dearer = parts(table, [(above * times, below) for above, below in table])
    assert dearer.mix.tolist() == pytest.approx([0.0] * len(table), abs=1e-12)
