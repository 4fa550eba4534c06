"""How an actual becomes a score; check figures from the sources named."""

import numpy as np
import pytest

from xlcrm.analytics.scorecard.scores import METHODS, Limits, progress, score, status
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
    assert status(score(at[0], Limits(*at, none, none))) == ["green"]
    assert status(score(at[1], Limits(*at, none, none))) == ["amber"]


@pytest.mark.parametrize(
    ("limits", "actual", "expected"),
    [
        ({"target": 20.0, "red": 10.0, "stretch": 20.0}, 19.999, 66.66),
        ({"target": 20.0, "red": 10.0, "stretch": 20.0}, 20.0, 66.67),
        ({"target": 20.0, "red": 10.0, "stretch": 20.0}, 20.001, 100),
        ({"target": 10.0, "red": 20.0, "stretch": 10.0}, 9.999, 100),
        ({"target": 10.0, "red": 20.0, "worst": 20.0}, 20.0, 33.33),
        ({"target": 10.0, "red": 20.0, "worst": 20.0}, 20.001, 0),
        ({"target": 20.0, "red": 10.0, "worst": 10.0}, 9.999, 0),
    ],
)
def test_a_stretch_at_the_target_and_a_worst_at_red_are_steps(limits, actual, expected):
    assert one(actual, **limits) == pytest.approx(expected, abs=0.01)


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
    for method in (name for name in METHODS if name != "band"):
        for actual in huge:
            assert 0 <= one(actual, 95.0, 80.0, method=method) <= 100


# ── rules that others publish, each under its own method ────────────────────────────────────


@pytest.mark.parametrize(("actual", "points"), [(3.0, 12.5), (1.0, 25.0), (5.0, 0.0)])
def test_range_is_the_rule_of_nice_incontact(actual, points):
    """NICE inContact, Scorecard Calculations: (worst - actual) / (worst - best) x weight."""
    weight = 25
    assert one(actual, 2.0, 4.0, 2.0, 4.0, "range") / 100 * weight == points


@pytest.mark.parametrize(
    ("actual", "expected"), [(4.0, 50), (3.0, 75), (2.5, 87.5), (2.0, 100), (5.0, 25), (7.0, 0)]
)
def test_linear_is_the_rule_of_exceldemy_kept_within_0_and_100(actual, expected):
    """ExcelDemy, Create a Balanced Scorecard in Excel: 4 % damaged goods 50 points, 2 % 100."""
    x50, x100 = 4.0, 2.0
    published = actual * 50 / (x100 - x50) + (50 * x100 - 100 * x50) / (x100 - x50)
    assert min(max(published, 0), 100) == expected
    assert one(actual, x100, x50, method="linear") == expected


def test_range_and_binary_are_the_rules_of_the_bsc_designer_manual():
    """Performance (value - min) / (max - min): 50 of 0 to 200 is 25 %; minimised, 75 %."""
    assert one(50.0, 200.0, 0.0, 200.0, 0.0, "range") == 25
    assert one(50.0, 0.0, 200.0, 0.0, 200.0, "range") == 75
    assert [one(x, 95.0, 80.0, method="binary") for x in (94.9, 95.0, 200.0)] == [0, 100, 100]
    assert [one(x, 10.0, 15.0, method="binary") for x in (10.1, 10.0, 0.0)] == [0, 100, 100]


@pytest.mark.parametrize(("result", "points"), [(80.0, 24.0), (100.0, 30.0), (130.0, 30.0)])
def test_ratio_is_the_rule_of_atlas_copco_s_distributor_targets(result, points):
    """Atlas Copco 2024: weight x min(1, result / target), here of a weight of 30."""
    assert one(result, 100.0, 50.0, method="ratio") / 100 * 30 == pytest.approx(points)


def test_a_ratio_has_no_meaning_without_a_target_above_0():
    assert one(0.0, 0.0, 5.0, method="ratio") == 100
    assert one(2.0, 0.0, 5.0, method="ratio") == 0
    for target, red in ((0.0, -5.0), (-10.0, -20.0), (-10.0, -5.0)):
        with pytest.raises(OutOfDomain, match="ratio needs a target above 0"):
            one(1.0, target, red, method="ratio")
