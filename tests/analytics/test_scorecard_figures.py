"""Scores rolled up over measures that may be missing."""

import math

import pytest
from given import model_with, shuffled

from xlcrm.analytics.scorecard.perspectives import perspectives
from xlcrm.analytics.scorecard.scorecard import scorecard
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable, OutOfDomain, WrongValue

# With red 0, target 66.67 and so on a value is its own score: piecewise from 0 to 100.
RED, TARGET = 100 / 3, 200 / 3


def measures(*rows, **more):
    """Measures as (objective, weight, actual), whose actual is their score."""
    return {
        "measure_id": [f"m{k}" for k in range(len(rows))],
        "objective_id": [row[0] for row in rows],
        "measure": [f"Measure {k}" for k in range(len(rows))],
        "weight": [row[1] for row in rows],
        "red": [RED] * len(rows),
        "target": [TARGET] * len(rows),
        "actual": [row[2] for row in rows],
        **more,
    }


def objectives(*rows):
    """Objectives as (id, perspective, parent, weight)."""
    names = ("objective_id", "perspective", "parent_id", "weight")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    return {**columns, "objective": [row[0] for row in rows]}


ONE = objectives(("F", "Finance", None, 1.0))


def rolled(given, tree=ONE, missing="", **more):
    frame = perspectives(model_with(measures=given, objectives=tree, **more), "", missing)
    return {row["perspective"]: row for row in frame.to_dict("records")}


CHECK = measures(("F", 3.0, 80.0), ("F", 2.0, None), ("F", 1.0, 40.0))


@pytest.mark.parametrize(("missing", "expected"), [("", 70.0), ("ignore", 70.0), ("zero", 46.7)])
def test_the_check_figure_70_at_66_7_percent_and_46_7_as_zero(missing, expected):
    row = rolled(CHECK, missing=missing)["Finance"]
    assert round(row["score"], 1) == expected
    assert round(row["coverage"], 3) == 0.667
    assert row["status"] == ("green" if expected == 70.0 else "amber")


def test_blank_makes_what_rests_on_a_missing_score_missing_too():
    found = rolled(CHECK, missing="blank")
    assert math.isnan(found["Finance"]["score"])
    assert math.isnan(found["Total"]["score"])
    assert found["Total"]["status"] == "missing"


@pytest.mark.parametrize(("present", "status"), [(0.6, "green"), (0.59, "insufficient")])
def test_less_than_60_percent_of_the_weights_is_insufficient(present, status):
    row = rolled(measures(("F", present, 80.0), ("F", 1 - present, None)))["Finance"]
    assert row["status"] == status
    assert row["score"] == pytest.approx(80.0)


@pytest.mark.parametrize("actual", [None, ExcelError.NA, "N/A", "#N/A", " n/a "])
def test_a_missing_actual_is_missing_and_never_zero(actual):
    given = measures(("F", 1.0, 80.0), ("F", 1.0, actual))
    assert rolled(given)["Finance"]["score"] == pytest.approx(80.0)
    card = scorecard(model_with(measures=given, objectives=ONE))
    assert card["status"].tolist() == ["green", "missing"]
    zero = measures(("F", 1.0, 80.0), ("F", 1.0, 0.0))
    assert rolled(zero)["Finance"]["score"] == pytest.approx(40.0)


@pytest.mark.parametrize("error", [ExcelError.DIV0, ExcelError.REF])
def test_any_other_error_in_an_actual_is_handed_on(error):
    with pytest.raises(ErrorInData) as caught:
        rolled(measures(("F", 1.0, error)))
    assert caught.value.code is error


def test_negative_weights_are_refused_with_their_row():
    with pytest.raises(OutOfDomain, match="measures, row 3: the weight -1 is negative"):
        rolled(measures(("F", 1.0, 80.0), ("F", -1.0, 80.0)))
    with pytest.raises(OutOfDomain, match="objectives, row 2: the weight -1 is negative"):
        rolled(CHECK, objectives(("F", "Finance", None, -1.0)))


@pytest.mark.parametrize(
    "tree",
    [
        objectives(("F", "Finance", "F", 1.0)),
        objectives(("F", "Finance", "G", 1.0), ("G", "Finance", "F", 1.0)),
        objectives(*[(f, "Finance", t, 1.0) for f, t in ("FG", "GH", "HF")]),
    ],
    ids=["of one", "of two", "of three"],
)
def test_objectives_in_a_circle_are_refused(tree):
    with pytest.raises(OutOfDomain, match="circle"):
        rolled(CHECK, tree)


def test_a_red_that_equals_its_target_is_refused_with_its_row():
    given = CHECK | {"red": [RED, TARGET, RED]}
    with pytest.raises(
        OutOfDomain, match=r"measures, row 3: Measure 1: target and red .* direction"
    ):
        rolled(given)


def test_objectives_and_parents_that_are_not_there_are_named():
    with pytest.raises(NotAvailable, match="measures, row 2: no objective 'G'"):
        rolled(measures(("G", 1.0, 80.0)))
    with pytest.raises(NotAvailable, match="objectives, row 2: no parent 'H'"):
        rolled(CHECK, objectives(("F", "Finance", "H", 1.0)))
    with pytest.raises(WrongValue, match="'F' stands twice"):
        rolled(CHECK, objectives(*[("F", "Finance", None, 1.0)] * 2))


def test_finance_weighs_40_and_the_others_20():
    names = ("Customers", "Finance", "Learning", "Processes")
    tree = objectives(*[(name, name, None, 1.0) for name in names])
    given = measures(*zip(names, [1.0] * 4, [50.0, 100.0, 50.0, 50.0], strict=True))
    found = rolled(given, tree)
    assert list(found) == ["Finance", "Customers", "Processes", "Learning", "Total"]
    assert [row["weight"] for row in found.values()] == [0.4, 0.2, 0.2, 0.2, 1.0]
    assert found["Total"]["score"] == pytest.approx(0.4 * 100 + 0.6 * 50)
    settings = {"name": ["weight_finance"], "value": [20.0]}
    assert rolled(given, tree, settings=settings)["Total"]["score"] == pytest.approx(62.5)


def test_measures_roll_up_three_levels_of_objectives():
    """(F1: 60) and (F2: its own 20, weight 3; its part 100, weight 1) under F; by hand: 50."""
    tree = objectives(
        ("F", "Finance", None, 1.0),
        ("F1", None, "F", 1.0),
        ("F2", None, "F", 1.0),
        ("F2a", None, "F2", 1.0),
    )
    given = measures(("F1", 1.0, 60.0), ("F2", 3.0, 20.0), ("F2a", 1.0, 100.0))
    assert rolled(given, tree)["Finance"]["score"] == pytest.approx(50.0)
    half = measures(("F1", 1.0, 60.0), ("F2", 3.0, None), ("F2a", 1.0, 100.0))
    row = rolled(half, tree)["Finance"]
    assert row["score"] == pytest.approx(80.0)
    assert row["coverage"] == pytest.approx((1 + 0.25) / 2)


def test_an_objective_without_measures_is_missing_and_lowers_the_coverage():
    tree = objectives(("F", "Finance", None, 1.0), ("C", "Customers", None, 1.0))
    found = rolled(measures(("F", 1.0, 80.0)), tree)
    assert found["Customers"]["status"] == "missing"
    assert found["Total"]["score"] == pytest.approx(80.0)
    assert found["Total"]["coverage"] == pytest.approx(2 / 3)


def test_a_measure_without_a_red_line_is_listed_but_not_counted():
    given = measures(("F", 1.0, 80.0), ("F", 9.0, 5.0), red=[RED, None])
    assert rolled(given)["Finance"]["coverage"] == 1.0
    assert scorecard(model_with(measures=given, objectives=ONE))["status"][1] == "unscored"


def test_a_trend_compares_scores_and_so_knows_that_less_may_be_better():
    given = measures(
        *[("F", 1.0, 8.0)] * 4,
        red=[15.0] * 4,
        target=[10.0] * 4,
        previous=[12.0, 8.0, 7.0, None],
    )
    card = scorecard(model_with(measures=given, objectives=ONE))
    assert card["trend"].tolist() == ["better", "same", "worse", ""]


def test_the_order_of_rows_changes_no_bit():
    tree = objectives(*[(f"O{k}", "Finance", "O0" if k else None, 0.1 * (k + 1)) for k in range(9)])
    rows = [(f"O{k % 9}", 0.1 * (k % 7), 1.7 * k) for k in range(54)]
    given = measures(*rows) | {"measure": ["same"] * 54}
    expected = model_with(measures=given, objectives=tree)
    for seed in range(5):
        other = model_with(measures=shuffled(given, seed), objectives=shuffled(tree, seed + 1))
        assert perspectives(other).equals(perspectives(expected))
        assert scorecard(other).equals(scorecard(expected))


def test_an_objective_without_a_perspective_stands_in_one_of_its_own():
    """Finance 40 and (none) 20, though the table of perspectives does not name it."""
    given = measures(("F", 1.0, 80.0), ("G", 1.0, 20.0))
    tree = objectives(("F", "Finance", None, 1.0), ("G", None, None, 1.0))
    sides = {"perspective": ["Finance"], "order": [1.0], "weight": [40.0]}
    found = rolled(given, tree, perspectives=sides)
    assert list(found) == ["Finance", "(none)", "Total"]
    assert found["Total"]["score"] == pytest.approx((40 * 80 + 20 * 20) / 60)


def test_a_perspective_that_is_not_in_its_table_is_named_with_the_one_near_it():
    sides = {"perspective": ["Finance"], "order": [1.0], "weight": [40.0]}
    with pytest.raises(NotAvailable, match=r"row 2: no perspective 'Finanse'; .*'Finance'"):
        rolled(measures(("F", 1.0, 80.0)), objectives(("F", "Finanse", None, 1.0)),
               perspectives=sides)  # fmt: skip


def test_the_table_of_perspectives_says_their_order_and_weight_and_lists_the_unmeasured():
    names = ["Finance", "Customers", "Growth"]
    sides = {"perspective": names, "order": [2.0, 1.0, 3.0], "weight": [1.0, 3.0, None]}
    tree = objectives(("F", "Finance", None, 1.0), ("C", "customers ", None, 1.0))
    given = measures(("F", 1.0, 80.0), ("C", 1.0, 40.0))
    found = rolled(given, tree, perspectives=sides)
    assert list(found) == ["Customers", "Finance", "Growth", "Total"]
    assert found["Growth"]["status"] == "missing"
    assert found["Total"]["score"] == pytest.approx((3 * 40 + 80) / 4)
    assert found["Total"]["coverage"] == pytest.approx(4 / 24)  # Growth weighs 20 by the settings
