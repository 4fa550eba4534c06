"""Scores by rank."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.stats.quantile_scores import quantile_scores

NUMBERS = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=60)


def scores(values, count=5):
    return quantile_scores(np.array(values, dtype=float), count).tolist()


def test_ten_different_values_are_two_a_fifth():
    assert scores(range(10)) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scores(range(9, -1, -1)) == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_equal_values_share_their_mean_rank():
    # Ranks 1 to 7 tie at 4 of 10: 5 · 4 / 10 = 2; then 8, 9, 10 give 4, 4.5 and 5, rounded up.
    assert scores([0] * 7 + [1, 2, 3]) == [2] * 7 + [4, 5, 5]


@pytest.mark.parametrize("many", [1, 2, 5, 6, 24, 100])
def test_values_that_are_all_equal_have_the_middle_score(many):
    expected = 5 if many == 1 else 4 if many == 2 else 3  # one value alone is the best there is
    assert scores([7.5] * many) == [expected] * many


@given(NUMBERS, st.integers(2, 6))
def test_polars_ranks_the_same(values, count):
    ranks = pl.Series(values).rank("average")
    # 2 · rank is a whole number, so the division is exact where it has to be.
    expected = [float(-(-count * round(2 * r) // (2 * len(values)))) for r in ranks]
    assert scores(values, count) == expected


@given(NUMBERS)
def test_a_greater_value_never_has_a_lower_score(values):
    ordered = sorted(zip(values, scores(values), strict=True))
    found = [score for _, score in ordered]
    assert found == sorted(found)
    assert len(set(ordered)) == len(set(values))
