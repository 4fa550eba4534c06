"""Robust deviations: printed examples, a peer, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import median_abs_deviation, norm

from xlcrm.stats.robust import (
    PER_MAD,
    PER_MEAN_DEVIATION,
    median_absolute_deviation,
    robust_z,
)

law = settings(max_examples=25, deadline=None)
numbers = st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=30).map(np.array)


def test_the_factors_make_both_spreads_the_standard_deviation_of_a_normal_distribution():
    assert pytest.approx(1 / norm.ppf(0.75), rel=1e-15) == PER_MAD
    assert pytest.approx(1 / (2 * norm.pdf(0)), rel=1e-15) == PER_MEAN_DEVIATION
    assert pytest.approx(1 / 0.6745, rel=1e-4) == PER_MAD  # as Iglewicz and Hoaglin print it


def test_the_median_absolute_deviation_of_the_textbook_example():
    assert median_absolute_deviation(np.array([1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0])) == 1.0


def test_the_score_of_ten_at_a_median_of_five_and_a_deviation_of_two_is_as_printed():
    # calculator.academy, Modified Z Score: 0.6745 * (10 - 5) / 2 = 1.69
    values = np.array([1.0, 3.0, 5.0, 7.0, 10.0])
    assert round(float(robust_z(values)[-1]), 2) == 1.69


def test_two_outliers_do_not_hide_each_other():
    # Iglewicz and Hoaglin: median 2.45, MAD 0.15; no ordinary z is above 2
    values = np.array([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3])
    ordinary = (values - values.mean()) / values.std(ddof=1)
    scores = robust_z(values)
    assert np.abs(ordinary).max() < 2
    assert (np.abs(scores) > 3.5).tolist() == [False] * 8 + [True, True]
    assert scores[8] == pytest.approx(0.6745 * 5.75 / 0.15, rel=1e-4)
    assert scores[9] == pytest.approx(0.6745 * 5.85 / 0.15, rel=1e-4)


def test_where_most_values_are_equal_the_mean_deviation_stands_in():
    # 10, 10, 10, 10, 20: MAD 0, mean deviation 10 / 5 = 2, 10 / (1.2533 * 2) = 3.9894
    scores = robust_z(np.array([10.0, 10.0, 20.0, 10.0, 10.0]))
    assert scores.tolist() == pytest.approx([0, 0, 3.9894228, 0, 0])


@pytest.mark.parametrize("values", [[], [5.0], [5.0] * 4])
def test_equal_values_do_not_deviate(values):
    assert robust_z(np.array(values, dtype=float)).tolist() == [0.0] * len(values)


def test_distances_may_be_measured_from_a_given_centre():
    assert robust_z(np.array([0.0, 2.0, 4.0]), 1.0).tolist() == pytest.approx(
        [-1 / PER_MAD, 1 / PER_MAD, 3 / PER_MAD]
    )


@law
@given(numbers)
def test_the_spread_is_that_of_scipy(values):
    assert median_absolute_deviation(values) == pytest.approx(float(median_abs_deviation(values)))
    scale = float(median_abs_deviation(values, scale="normal"))
    if scale:
        expected = (values - np.median(values)) / scale
        assert robust_z(values).tolist() == pytest.approx(expected.tolist())


@law
@given(numbers, st.integers(-50, 50), st.sampled_from([-4.0, -0.5, 2.0, 8.0]))
def test_scores_do_not_depend_on_unit_and_origin_but_for_their_sign(values, shift, scale):
    moved = robust_z(values * scale + shift)
    assert moved.tolist() == pytest.approx((np.sign(scale) * robust_z(values)).tolist())


@law
@given(numbers, st.randoms(use_true_random=False))
def test_no_order_of_values_changes_a_bit(values, chance):
    order = list(range(len(values)))
    chance.shuffle(order)
    assert robust_z(values[order]).tolist() == robust_z(values)[order].tolist()
