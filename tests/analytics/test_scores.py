"""How an actual becomes a score; check figures from the sources named."""

import numpy as np
import pytest

from xlcrm.analytics.scorecard.scores import METHODS, progress, score, status
from xlcrm.analytics.scorecard.single_score import score_of
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable, OutOfDomain, WrongValue


def one(actual, target, red, stretch=None, worst=None, method="piecewise"):
    return score_of(actual, target, red, stretch, worst, method)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(65, 0), (80, 33.3), (87.5, 50), (95, 66.7), (110, 100), (120, 100), (60, 0)],
)
def test_piecewise_on_the_specification_s_example(actual, expected):
    assert round(one(actual, 95.0, 80.0), 1) == expected


@pytest.mark.parametrize(
    ("actual", "expected"), [(300, 0), (500, 100 / 3), (600, 50), (700, 200 / 3), (900, 100)]
)
def test_piecewise_on_the_spider_article_s_example(actual, expected):
    """Spider Strategies, goal 700 and red flag 500: 3.3 and 6.7 on a scale of 10."""
    assert one(actual, 700.0, 500.0) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("actual", "expected"), [(18, 0), (15, 100 / 3), (12.5, 50), (10, 200 / 3), (5, 100), (1, 100)]
)
def test_a_target_below_red_means_that_less_is_better(actual, expected):
    assert one(actual, 10.0, 15.0, worst=18.0) == pytest.approx(expected, abs=1e-12)


def test_stretch_and_worst_move_the_ends_only():
    given = {"stretch": 105.0, "worst": 70.0}
    found = [one(x, 95.0, 80.0, **given) for x in (75.0, 80.0, 95.0, 100.0, 105.0)]
    assert found == pytest.approx([100 / 6, 100 / 3, 200 / 3, 500 / 6, 100])


@pytest.mark.parametrize(("actual", "part"), [(12, 0.6), (9, 1.2), (16, -0.2), (15, 0), (10, 1)])
def test_progress_of_churn_from_15_to_10(actual, part):
    """BSC Designer's progress: (value - baseline) / (target - baseline), limited as a score."""
    done = progress(np.array([float(actual)]), np.array([15.0]), np.array([10.0]))
    assert done[0] == pytest.approx(part, abs=1e-12)
    limited = min(max(100 * part, 0), 100)
    assert one(actual, 10.0, 15.0, method="progress") == pytest.approx(limited, abs=1e-12)


@pytest.mark.parametrize(
    ("actual", "share"),
    [(55, 0), (60, 0), (70, 0.667), (75, 1), (80, 1), (85, 1), (92.5, 0.5), (100, 0), (110, 0)],
)
def test_a_band_of_60_75_85_100(actual, share):
    found = one(actual, 75.0, 60.0, stretch=85.0, worst=100.0, method="band")
    assert found / 100 == pytest.approx(share, abs=5e-4)
    assert one(actual, 75.0, 60.0, stretch=85.0, method="band") == found


@pytest.mark.parametrize(
    ("actual", "target", "red", "expected"),
    [(95, 100, 50, 95), (120, 100, 50, 100), (-5, 100, 50, 0), (20, 10, 30, 50), (5, 10, 30, 100)],
)
def test_a_ratio_is_actual_by_target_or_target_by_actual(actual, target, red, expected):
    assert one(actual, target, red, method="ratio") == expected


@pytest.mark.parametrize(
    ("actual", "target", "red", "expected"),
    [
        *[(100, 100, 50, 100), (90, 100, 50, 50), (89.9, 100, 50, 0)],
        *[(10, 10, 30, 100), (11.1, 10, 30, 50), (11.2, 10, 30, 0)],
        *[(-100, -100, -300, 100), (-111, -100, -300, 50), (-112, -100, -300, 0)],
    ],
)
def test_a_threshold_is_the_target_and_nine_tenths_of_it(actual, target, red, expected):
    assert one(actual, target, red, method="threshold") == expected


def test_status_turns_amber_at_a_third_and_green_at_two_thirds():
    scores = np.array([0, 33.3, 100 / 3, 50, 66.6, 200 / 3, 100, np.nan])
    assert status(scores) == [
        *["red", "red", "amber", "amber", "amber", "green", "green", "missing"]
    ]


@pytest.mark.parametrize(("target", "red"), [(95.0, 80.0), (0.1, 0.3), (700.0, 500.0), (-1.0, 2.0)])
def test_red_itself_is_amber_and_the_target_itself_is_green(target, red):
    at = [np.array([x]) for x in (target, red)]
    none = np.array([np.nan])
    assert status(score(at[0], *at, none, none)) == ["green"]
    assert status(score(at[1], *at, none, none)) == ["amber"]


def test_status_is_insufficient_below_the_coverage_needed():
    assert status(np.array([80.0, 80.0, np.nan]), np.array([0.6, 0.59, 0.0]), 0.6) == [
        "green",
        "insufficient",
        "missing",
    ]


@pytest.mark.parametrize("method", [name for name in METHODS if name != "band"])
def test_a_red_that_equals_its_target_is_refused(method):
    with pytest.raises(OutOfDomain, match="both 80: the direction cannot be told"):
        one(85.0, 80.0, 80.0, method=method)


@pytest.mark.parametrize(
    "limits",
    [
        {"target": 95.0, "red": 80.0, "stretch": 90.0},
        {"target": 95.0, "red": 80.0, "worst": 85.0},
        {"target": 10.0, "red": 15.0, "stretch": 12.0},
        {"target": 75.0, "red": 80.0, "stretch": 85.0, "method": "band"},
        {"target": 75.0, "red": 60.0, "stretch": 70.0, "method": "band"},
        {"target": 75.0, "red": 60.0, "stretch": 85.0, "worst": 80.0, "method": "band"},
        {"target": 75.0, "red": 60.0, "method": "band"},
    ],
    ids=repr,
)
def test_limits_out_of_order_are_refused(limits):
    with pytest.raises(OutOfDomain):
        one(80.0, **limits)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("actual", [None, ExcelError.NA])
def test_an_actual_that_is_missing_has_no_score(method, actual):
    with pytest.raises(NotAvailable, match="missing"):
        one(actual, 75.0, 60.0, 85.0, method=method)
    column = one([actual, 80.0], [75.0] * 2, [60.0] * 2, [85.0] * 2, method=method)
    assert column[0] == [ExcelError.NA]
    assert column[1][0] > 50


def test_errors_and_blanks_among_the_limits_are_errors():
    with pytest.raises(ErrorInData) as caught:
        one([1.0, 2.0], [3.0, ExcelError.DIV0], [1.0, 1.0])
    assert caught.value.code is ExcelError.DIV0
    with pytest.raises(ErrorInData):
        one(ExcelError.REF, 3.0, 1.0)
    with pytest.raises(WrongValue, match="red is blank in row 2"):
        one([1.0, 2.0], [3.0, 3.0], [1.0, None])
    with pytest.raises(WrongValue, match="actual has 2 rows, target 3"):
        one([1.0, 2.0], [3.0] * 3, 1.0)
    with pytest.raises(WrongValue, match="did you mean 'piecewise'"):
        one(1.0, 3.0, 1.0, method="piece-wise")


def test_no_score_lies_outside_0_and_100_whatever_the_numbers():
    huge = [-1e308, -1e200, -1.0, 0.0, 1e-300, 1.0, 1e200, 1e308]
    for method in ("piecewise", "progress", "ratio", "threshold"):
        for actual in huge:
            assert 0 <= one(actual, 95.0, 80.0, method=method) <= 100
