"""Measures of forecast accuracy, worked out by hand, and what a zero denominator gives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.accuracy import bias, brier, mase_scale, skill, smape, wape

few = settings(max_examples=40, deadline=None)
series = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20).map(np.array)

ACTUAL = np.array([100.0, 0.0, 50.0, 250.0])
FORECAST = np.array([110.0, 20.0, 40.0, 190.0])


def test_wape_is_the_sum_of_errors_by_the_sum_of_values():
    assert wape(ACTUAL, FORECAST) == (10 + 20 + 10 + 60) / 400 == 0.25


def test_the_bias_is_above_zero_where_the_forecast_was_too_high():
    assert bias(np.array([100.0]), np.array([110.0])) == 0.1
    assert bias(ACTUAL, FORECAST) == (10 + 20 - 10 - 60) / 400 == -0.1


def test_smape_is_that_of_the_m3_competition_and_two_zeros_are_no_error():
    found = smape(np.array([100.0, 0.0, 30.0, 0.0]), np.array([300.0, 0.0, 10.0, 5.0]))
    assert found == (100 + 0 + 100 + 200) / 4


def test_the_scale_of_mase_is_the_seasonal_naive_error():
    values = np.array([1.0, 2.0, 4.0, 5.0, 3.0, 8.0])
    assert mase_scale(values, 4) == (2 + 6) / 2
    assert mase_scale(values, 12) == mase_scale(values, 1) == (1 + 2 + 1 + 2 + 5) / 5


def test_skill_is_what_share_of_the_naive_error_was_saved():
    assert skill(0.15, 0.2) == pytest.approx(0.25)
    assert skill(0.3, 0.2) == pytest.approx(-0.5)
    assert skill(0.0, 0.2) == 1.0


def test_the_brier_score_of_certainties_counts_those_that_were_wrong():
    said, came = np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 1.0])
    assert brier(said, came) == 0.5
    assert brier(np.array([0.7, 0.7, 0.3]), np.array([1.0, 1.0, 0.0])) == pytest.approx(0.09)


def test_a_denominator_of_zero_gives_no_number():
    zeros, nothing = np.zeros(3), np.zeros(0)
    undefined = [
        wape(zeros, np.ones(3)),
        bias(np.array([1.0, -1.0]), np.ones(2)),
        skill(1.0, 0.0),
        smape(nothing, nothing),
        brier(nothing, nothing),
        mase_scale(np.ones(1), 12),
    ]
    assert all(math.isnan(figure) for figure in undefined)


@few
@given(series, st.floats(0.01, 100))
def test_a_forecast_that_is_a_multiple_has_its_excess_as_error(actual, factor):
    assert wape(actual, factor * actual) == pytest.approx(abs(factor - 1), rel=1e-9, abs=1e-12)
    assert bias(actual, factor * actual) == pytest.approx(factor - 1, rel=1e-9, abs=1e-12)
    expected = 200 * abs(factor - 1) / (factor + 1)
    assert smape(actual, factor * actual) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert smape(actual, factor * actual) == pytest.approx(smape(factor * actual, actual))
