"""What a measure stands at: read from a KPI, typed, or made of its months."""

import datetime as dt
import math

import pandas as pd
import pytest
from given import model_with

from xlcrm.analytics.scorecard.goals import goals
from xlcrm.analytics.scorecard.scorecard import scorecard
from xlcrm.errors import CrmError, ErrorInData, ExcelError, NotAvailable, OutOfDomain, WrongValue

AS_OF = dt.date(2026, 6, 17)
OBJECTIVES = {
    "objective_id": ["F", "F1", "C"],
    "objective": ["Grow", "Sell more", "Keep customers"],
    "perspective": ["Finance", None, "Customers"],
    "parent_id": [None, "F", None],
}
# (owner, closed on, status, amount)
CLOSED = [
    ("Ann", "2026-04-10", "won", 100.0),
    ("Ann", "2026-05-10", "won", 50.0),
    ("Ann", "2026-05-20", "lost", 70.0),
    ("Bob", "2026-06-01", "won", 30.0),
    ("Bob", "2026-02-05", "lost", 10.0),
    ("Ann", "2026-01-15", "won", 40.0),
    ("Ann", "2026-03-30", "won", 5.0),
    ("Eva", "2025-02-01", "won", 8.0),
]
DEALS = {
    "deal_id": [f"d{k}" for k in range(len(CLOSED))],
    "owner": [row[0] for row in CLOSED],
    "created": [pd.Timestamp("2025-01-01")] * len(CLOSED),
    "closed_on": [pd.Timestamp(row[1]) for row in CLOSED],
    "stage": ["Closed"] * len(CLOSED),
    "status": [row[2] for row in CLOSED],
    "amount": [row[3] for row in CLOSED],
}


def measures(*rows):
    """Measures that differ in what is given of each."""
    plain = {"objective_id": "F1", "red": 0.0, "target": 100.0, "actual": None}
    names = list(dict.fromkeys(name for row in rows for name in (*plain, *row)))
    every = [plain | row for row in rows]
    columns = {name: [row.get(name) for row in every] for name in names}
    ids = [f"m{k}" for k in range(len(rows))]
    return {"measure_id": ids, "measure": [f"Measure {k}" for k in range(len(rows))], **columns}


def read(*rows, where="", period="", months=0.0, **tables):
    given = {"objectives": OBJECTIVES, "deals": DEALS, **tables}
    model = model_with(AS_OF, measures=measures(*rows), **given)
    frame = scorecard(model, where, period, months)
    return frame.sort_values("measure", ignore_index=True).to_dict("records")


def one(row, **more):
    return read(row, **more)[0]


def test_a_measure_is_read_from_its_kpi_over_its_period():
    found = one({"kpi": "won_amount", "period": "2026-Q2"})
    assert found["actual"] == 180.0
    assert found["from"] == "won_amount, 2026-q2"
    assert found["trend"] == "better"  # 180 to 17 June, 40 from 1 January to 17 March


def test_the_period_before_is_as_long_and_has_run_as_far():
    """30 March lies behind 17 March, the day of the first quarter that 17 June is of the second."""
    at_red = {"kpi": "won_amount", "period": "2026-Q2", "red": 40.0, "target": 45.0}
    assert one(at_red | {"objective_id": "C"})["trend"] == "better"
    whole = one({"kpi": "won_amount", "period": "2026-Q1"})
    assert whole["actual"] == 45.0


def test_a_ratio_is_sum_by_sum_over_the_period_and_stands_in_percent_where_the_unit_says_so():
    share = one({"kpi": "win_rate", "period": "2026-Q2"})
    percent = one({"kpi": "win_rate", "period": "2026-Q2", "unit": "%"})
    assert (share["actual"], percent["actual"]) == (0.75, 75.0)


def test_by_names_the_group_in_the_row_of_the_measure():
    rows = [
        {"kpi": "won_amount", "period": "2026-Q2", "by": "owner", "owner": name}
        for name in ("Ann", "Bob", "ann ")
    ]
    assert [row["actual"] for row in read(*rows)] == [150.0, 30.0, 150.0]


def test_by_may_name_a_column_of_the_company_s_own():
    row = {"kpi": "won_deals", "period": "2026-Q2", "by": "manager", "manager": "Mia"}
    sellers = {"owner": ["Ann", "Bob"], "manager": ["Mia", "Max"]}
    assert one(row, sellers=sellers)["actual"] == 2.0


def test_a_group_without_deals_in_the_period_has_a_sum_of_0_and_no_ratio():
    eva = {"period": "2026-Q2", "by": "owner", "owner": "Eva"}
    assert one(eva | {"kpi": "won_amount"})["actual"] == 0.0
    rate = one(eva | {"kpi": "win_rate"})
    assert math.isnan(rate["actual"])
    assert rate["status"] == "missing"
    assert "no deals won or lost in 2026-04-01..2026-06-30" in rate["from"]


def test_where_narrows_what_the_kpi_counts():
    found = one({"kpi": "won_amount", "period": "2026-Q2", "where": "amount>40; owner=Ann"})
    assert found["actual"] == 150.0
    assert found["from"] == "won_amount, 2026-q2; amount>40; owner=Ann"


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ({"kpi": "won_amout"}, "#VALUE!", "did you mean 'won_amount'"),
        ({"kpi": "won_amount", "by": "owner", "owner": "Anne"}, "#N/A", "Anne"),
        ({"kpi": "won_amount", "by": "owner"}, "#VALUE!", "its owner is blank"),
        ({"kpi": "won_amount", "by": "month", "month": "x"}, "#VALUE!", "of one period"),
        ({"kpi": "won_amount", "by": "team"}, "#REF!", "team"),
        ({"kpi": "won_amount", "where": "owner=Anne"}, "#N/A", "Anne"),
        ({"kpi": "won_amount", "period": "sometime"}, "#VALUE!", "no period"),
    ],
)
def test_what_is_wrong_in_a_binding_is_said_with_its_row(row, code, said):
    with pytest.raises(CrmError) as caught:
        read({"actual": 1.0}, row)
    assert caught.value.code.text == code
    assert caught.value.message.startswith("measures, row 3: Measure 1: ")
    assert said in caught.value.message


def test_a_kpi_whose_table_is_not_there_is_missing_and_says_so():
    found = one({"kpi": "complaints", "period": "2026"})
    assert found["status"] == "missing"
    assert "the model has no rows of complaints" in found["from"]


def test_an_error_cell_among_the_deals_is_handed_on():
    deals = {**DEALS, "amount": [*DEALS["amount"][:-1], ExcelError.DIV0]}
    with pytest.raises(ErrorInData) as caught:
        one({"kpi": "won_amount", "period": "last 24 months"}, deals=deals)
    assert caught.value.code is ExcelError.DIV0


def test_a_typed_actual_of_a_bound_measure_does_not_count():
    assert one({"kpi": "won_deals", "period": "2026-Q2", "actual": 99.0})["actual"] == 3.0


def test_a_blank_target_is_that_of_the_plan():
    targets = {
        "period": ["2026-04", "2026-05", "2026-06"] * 2,
        "metric": ["won_amount"] * 6,
        "target": [100.0, 100.0, 120.0, 50.0, 50.0, 60.0],
        "owner": [None] * 3 + ["Ann"] * 3,
    }
    row = {"kpi": "won_amount", "period": "2026-Q2", "target": None}
    hers = row | {"by": "owner", "owner": "Ann"}
    found = read(row, hers, targets=targets)
    assert [one["target"] for one in found] == [320.0, 160.0]
    assert found[1]["score"] == pytest.approx(100 / 3 + 100 / 3 * 150 / 160)


def test_a_setting_is_the_period_of_measures_that_name_none():
    row = {"kpi": "won_amount"}
    assert one(row)["actual"] == 225.0  # the last 12 months
    settings = {"name": ["measure_period"], "value": ["this month"]}
    assert one(row, settings=settings)["actual"] == 30.0


def test_a_period_that_is_asked_for_beats_those_of_measures():
    rows = [{"kpi": "won_amount", "period": "2026-Q2"}, {"actual": 5.0, "period": "2026-Q1"},
            {"actual": 7.0, "period": "2026-Q2"}, {"actual": 7.0}]  # fmt: skip
    found = read(*rows, period="2026-Q1")
    assert [row["actual"] for row in found][:2] == [45.0, 5.0]
    # What is typed for another period, or for none, says nothing of this one.
    assert [row["status"] for row in found][2:] == ["missing", "missing"]


def open_deals():
    return {
        "deal_id": ["a", "b"],
        "owner": ["Ann", "Bob"],
        "created": [pd.Timestamp("2026-01-01")] * 2,
        "stage": ["Offer", "Offer"],
        "status": ["open", "open"],
        "amount": [10.0, 20.0],
        "expected_close": [pd.Timestamp("2026-07-01")] * 2,
    }


def test_a_state_is_as_on_the_last_day_of_its_period():
    snapshots = {
        "taken_on": [pd.Timestamp("2026-03-30")] * 3,
        "deal_id": ["a", "c", "d"],
        "stage": ["Offer"] * 3,
        "amount": [15.0, 100.0, 1000.0],
        "expected_close": [pd.Timestamp("2026-04-01")] * 3,
        "status": ["open", "open", "won"],
        "owner": ["Ann", "Bob", "Bob"],
    }
    given = {"deals": open_deals(), "snapshots": snapshots}
    row = {"kpi": "open_amount"}
    now, then, unknown = (
        one(row | {"period": period}, **given) for period in ("2026-Q2", "2026-Q1", "2025-Q4")
    )
    assert (now["actual"], then["actual"]) == (30.0, 115.0)
    assert now["trend"] == "worse"
    assert unknown["status"] == "missing"
    assert "how deals stood on 2025-12-31 is not known" in unknown["from"]
    hers = {"by": "owner", "owner": "Bob", "period": "2026-Q1"}
    assert one(row | hers, **given)["actual"] == 100.0


MONTHS = {
    "measure_id": ["m0"] * 4,
    "period": ["2026-04", "2026-03", "2026-05", "2026-01"],
    "actual": [4.0, 3.0, None, 1.0],
}


@pytest.mark.parametrize(("way", "actual"), [("", 4.0), ("last", 4.0), ("sum", 7.0), ("mean", 3.5)])
def test_months_make_a_period_by_their_aggregation(way, actual):
    row = {"aggregation": way or None, "period": "2026-02..2026-06"}
    found = one(row, actuals=MONTHS)
    assert found["actual"] == actual
    assert found["from"] == "2 values of 2026-02..2026-06"


def test_a_ratio_of_months_is_sum_by_sum_and_never_a_mean_of_ratios():
    """1 of 10 and 90 of 100: 91 of 110, not the mean of 10 % and 90 %."""
    given = {
        "measure_id": ["m0", "m0"],
        "period": ["2026-04", "2026-05"],
        "actual": [None, None],
        "numerator": [1.0, 90.0],
        "denominator": [10.0, 100.0],
    }
    row = {"aggregation": "ratio", "period": "2026-Q2"}
    assert one(row, actuals=given)["actual"] == pytest.approx(91 / 110)
    assert one(row | {"unit": "%"}, actuals=given)["actual"] == pytest.approx(100 * 91 / 110)


def test_the_value_before_the_last_is_the_previous_one():
    assert one({"period": "2026"}, actuals=MONTHS)["trend"] == "better"
    assert one({"period": "2026", "red": 5.0, "target": 2.0}, actuals=MONTHS)["trend"] == "worse"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"period": ["2026-04", "2026-Q2", "2026-05", "2026-01"]}, "row [234].*overlaps"),
        ({"period": ["2026-04", "April", "2026-05", "2026-01"]}, "row 3.*no period"),
        ({"period": ["2026-04", None, "2026-05", "2026-01"]}, "row 3: it names no period"),
        ({"measure_id": ["m0", "m0", "m9", "m0"]}, "row 4: no measure 'm9'"),
    ],
)
def test_months_that_cannot_be_read_are_refused_with_their_row(changed, said):
    with pytest.raises((WrongValue, NotAvailable), match=said):
        one({"period": "2026"}, actuals={**MONTHS, **changed})


def test_a_direction_in_words_gives_the_red_line_that_is_not_there():
    """80 % of the target, or the target by 80 %."""
    rows = [
        {"red": None, "target": 100.0, "direction": "higher is better", "actual": 90.0},
        {"red": None, "target": 10.0, "direction": "lower", "actual": 11.25},
        {"red": None, "target": 10.0, "actual": 10.0},
    ]
    found = read(*rows)
    assert [row["score"] for row in found[:2]] == pytest.approx([50.0, 50.0])
    assert found[2]["status"] == "unscored"


def test_a_direction_against_the_red_line_is_refused():
    with pytest.raises(OutOfDomain, match=r"row 2.*lower is better, yet red is 0"):
        one({"direction": "lower", "actual": 5.0})


def test_the_last_whole_months_stand_beside_where_they_are_asked_for():
    rows = [{"kpi": "won_amount"}, {"kpi": "win_rate", "unit": "%"}, {"actual": 1.0}]
    amount, rate, typed = read(*rows, months=3.0)
    names = ["2026-03", "2026-04", "2026-05"]
    assert [amount[name] for name in names] == [5.0, 100.0, 50.0]
    assert [rate[name] for name in names] == [100.0, 100.0, 50.0]
    assert [typed[name] for name in names] == [ExcelError.NA] * 3
    with pytest.raises(OutOfDomain, match="months is 121"):
        read(*rows, months=121.0)


def test_conditions_are_on_what_the_scorecard_shows():
    rows = [{"actual": 0.0}, {"actual": 100.0, "objective_id": "C", "owner": "Ann"}]
    assert [row["measure"] for row in read(*rows, where="perspective=Finance")] == ["Measure 0"]
    assert [row["measure"] for row in read(*rows, where="status=green")] == ["Measure 1"]
    assert [row["measure"] for row in read(*rows, where="owner=Ann")] == ["Measure 1"]
    with pytest.raises(NotAvailable):
        read(*rows, where="owner=Bob")


def test_what_initiatives_have_burnt_stands_beside_their_measure():
    made = {
        "initiative_id": ["i1", "i2"],
        "measure_id": ["m0", "m0"],
        "name": ["One", "Other"],
        "budget": [100.0, 300.0],
        "spent": [50.0, None],
    }
    found = read({"actual": 1.0}, {"actual": 1.0}, initiatives=made)
    assert found[0]["burn"] == 0.125
    assert math.isnan(found[1]["burn"])


def test_the_tree_of_goals_stands_from_the_top_with_what_serves_below():
    rows = [{"actual": 100.0}, {"actual": 50.0, "objective_id": "F"},
            {"actual": None, "objective_id": "C"}]  # fmt: skip
    model = model_with(AS_OF, measures=measures(*rows), objectives=OBJECTIVES)
    frame = goals(model, "", "measures")
    assert frame["goal"].tolist() == [
        *["Strategy", "Finance", "Grow", "Measure 1", "Sell more", "Measure 0"],
        *["Customers", "Keep customers", "Measure 2"],
    ]
    assert frame["depth"].tolist() == [0, 1, 2, 3, 3, 4, 1, 2, 3]
    assert frame["missing"].tolist() == [1, 0, 0, 0, 0, 0, 1, 1, 0]
    assert frame["children"].tolist() == [2, 1, 2, 0, 1, 0, 1, 1, 0]
    # Finance is all there is: half of it the measure of Grow, half that of Sell more.
    assert frame["share"].tolist() == [1, 1, 1, 0.5, 0.5, 0.5, 0, 0, 0]
    assert frame["score"][0] == pytest.approx((50 + 200 / 3) / 2)
    assert frame["coverage"][0] == pytest.approx(2 / 3)


def test_an_objective_whose_parent_is_elsewhere_stands_at_the_top_of_its_own_perspective():
    tree = {**OBJECTIVES, "parent_id": [None, "F", "F"]}
    model = model_with(AS_OF, measures=measures({"actual": 100.0, "objective_id": "C"}),
                       objectives=tree)  # fmt: skip
    frame = goals(model)
    found = frame[frame["goal"] == "Keep customers"].iloc[0]
    assert (found["parent"], found["depth"]) == ("Customers", 2.0)
    assert math.isnan(frame["score"][frame["goal"] == "Grow"].iloc[0])


def test_a_measure_may_be_an_index_over_several_tables():
    """One order and no complaint: quality alone is 1, and a quarter of the weights is too few."""
    orders = {
        "order_id": ["o1"],
        "account_id": ["A"],
        "date": [pd.Timestamp("2026-05-01")],
        "amount": [10.0],
    }
    complaints = {"date": [pd.Timestamp("2025-01-01")], "account_id": ["A"]}
    given = {"orders": orders, "complaints": complaints}
    row = {"kpi": "customer_value_index", "period": "2026-Q2"}
    few = one(row, **given)
    assert few["status"] == "missing"
    assert "25% of the weights have figures" in few["from"]
    settings = {"name": ["coverage_needed"], "value": [0.2]}
    assert one(row, settings=settings, **given)["actual"] == 100.0
