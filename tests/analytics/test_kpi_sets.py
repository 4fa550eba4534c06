"""The sets of KPIs of a strategy, computed by hand."""

import datetime as dt

import pandas as pd
import pytest
from given import company, model_with

from xlcrm.analytics.figures import kpi_value
from xlcrm.analytics.kpi_sets import SETS, kpi_set
from xlcrm.analytics.targets import targets
from xlcrm.errors import (
    ErrorInData,
    ExcelError,
    NotAvailable,
    UnknownName,
    WrongValue,
)
from xlcrm.kpis.catalogue import KPIS
from xlcrm.periods import period


def days(*texts):
    return [pd.Timestamp(text) for text in texts]


AS_OF = dt.date(2026, 6, 30)
ORDERS = {
    "order_id": ["1", "2", "3", "4", "5", "6"],
    "account_id": ["A", "A", "B", "A", "A", "B"],
    "date": days("2025-02-01", "2025-03-01", "2025-05-01", "2026-02-01", "2026-03-01",
                 "2026-04-01"),
    "amount": [100.0, 50.0, 30.0, 200.0, 100.0, 60.0],
    "cost": [60.0, 30.0, 20.0, 100.0, 80.0, 40.0],
    "channel": ["Web", "Field", "Web", "Web", "Web", "Field"],
    "product": ["P"] * 6,
}  # fmt: skip
COMPLAINTS = {
    "date": days("2025-01-05", "2026-02-01", "2026-03-01"),
    "account_id": ["A", "A", "B"],
}
REMINDERS = {
    "sent_on": days("2025-02-01", "2025-03-01", "2026-02-01", "2026-03-01"),
    "account_id": ["A", "B", "A", "B"],
    "positive": [True, False, True, True],
}
TABLES = {"orders": ORDERS, "complaints": COMPLAINTS, "reminders": REMINDERS}


def rows_of(frame):
    """The rows of a set by indicator, and by what they are of."""
    listed = [dict(zip(frame, row, strict=True)) for row in frame.itertuples(index=False)]
    return {(row["indicator"], row["of"]): row for row in listed}


def goals(*rows):
    names = ("period", "metric", "target", "owner")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def test_a_set_lists_its_eight_indicators_in_order():
    model = model_with(AS_OF, **TABLES)
    frame = kpi_set(model, "", period="2026-01..2026-06")
    assert list(frame.columns) == [
        "indicator", "of", "kpi", "unit", "better", "value", "previous", "target", "attainment",
        "note",
    ]  # fmt: skip
    assert frame["kpi"].tolist() == [
        "churn_rate", "relationship_days", "repeat_purchases", "repeat_rate", "purchase_gap",
        "complaints", "reminder_rate", "loyalty_ratio",
    ]  # fmt: skip
    assert [len(indicators) for indicators in SETS.values()] == [8, 8]
    assert {one.kpi for indicators in SETS.values() for one in indicators} <= set(KPIS)


def test_each_figure_is_that_of_the_kpi_and_of_the_period_before():
    model = model_with(AS_OF, **TABLES)
    found = rows_of(kpi_set(model, "retention", period="2026-01..2026-06"))
    repeats = found["Repeat purchases", ""]
    assert (repeats["value"], repeats["previous"]) == (1.0, 0.0)  # 3 orders of 2; none before
    complaints = found["Complaints", ""]
    assert (complaints["value"], complaints["previous"]) == (2.0, 0.0)
    assert complaints["better"] == "lower"
    for row in found.values():
        if isinstance(row["value"], float):
            assert row["value"] == kpi_value(model, row["kpi"], period="2026-01..2026-06")


def test_a_year_is_compared_with_the_same_days_of_the_year_before():
    found = rows_of(kpi_set(model_with(AS_OF, **TABLES), "retention", period="2026"))
    assert found["Complaints", ""]["previous"] == 1.0
    reminders = found["Positive reactions to reminders", ""]
    assert (reminders["value"], reminders["previous"]) == (1.0, 0.5)


def test_revenue_and_margin_over_all_time_and_in_the_period():
    found = rows_of(kpi_set(model_with(AS_OF, **TABLES), "revenue", period="2026"))
    figures = {
        name: (found[name, ""]["value"], found[name, ""]["previous"])
        for name in ("Revenue per customer, all time", "Revenue per customer in the period",
                     "Margin per customer, all time", "Margin per customer in the period",
                     "Orders per customer")
    }  # fmt: skip
    assert figures == {
        "Revenue per customer, all time": (540.0 / 2, 180.0 / 2),
        "Revenue per customer in the period": (360.0 / 2, 180.0 / 2),
        "Margin per customer, all time": (210.0 / 2, 70.0 / 2),
        "Margin per customer in the period": (140.0 / 2, 70.0 / 2),
        "Orders per customer": (3.0 / 2, 3.0 / 2),
    }


def test_revenue_per_customer_has_a_row_for_each_channel():
    found = rows_of(kpi_set(model_with(AS_OF, **TABLES), "revenue", period="2026"))
    by = "Revenue per customer by channel"
    assert [of for name, of in found if name == by] == ["Field", "Web"]
    assert (found[by, "Web"]["value"], found[by, "Web"]["previous"]) == (300.0, 130.0 / 2)
    assert (found[by, "Field"]["value"], found[by, "Field"]["previous"]) == (60.0, 50.0)


def test_an_indicator_whose_table_is_missing_says_so_and_the_others_stand():
    found = rows_of(kpi_set(model_with(AS_OF, **TABLES), "revenue", period="2026"))
    contact = found["Cost per contact", ""]
    assert contact["value"] is ExcelError.NA
    assert contact["previous"] is ExcelError.NA
    assert "no rows of activities" in contact["note"]
    assert found["Orders per customer", ""]["note"] == ""


def test_a_condition_that_a_table_cannot_reach_leaves_its_indicator_without_a_figure():
    found = rows_of(kpi_set(model_with(AS_OF, **TABLES), "retention", "product=P", "2026"))
    assert found["Repeat purchases", ""]["value"] == 1.0
    complaints = found["Complaints", ""]
    assert complaints["value"] is ExcelError.NA
    assert "no column 'product'" in complaints["note"]


def test_a_condition_keeps_the_rows_of_all_tables_that_it_is_about():
    found = rows_of(kpi_set(model_with(AS_OF, **TABLES), "retention", "account_id=A", "2026"))
    assert found["Repeat purchases", ""]["value"] == 1.0
    assert found["Complaints", ""]["value"] == 1.0


def test_a_ratio_over_nothing_is_a_division_by_zero_with_its_reason():
    found = rows_of(kpi_set(model_with(AS_OF, **TABLES), "revenue", period="2024"))
    row = found["Revenue per customer in the period", ""]
    assert row["value"] is ExcelError.DIV0
    assert "to divide by" in row["note"]
    assert found["Revenue per customer, all time", ""]["value"] == 270.0


def test_all_time_has_no_period_before_it():
    found = rows_of(kpi_set(model_with(AS_OF, **TABLES), "retention", period="all"))
    row = found["Complaints", ""]
    assert row["value"] == 3.0
    assert isinstance(row["previous"], ExcelError)
    assert row["note"].startswith("no figure before: ")


# ── targets ─────────────────────────────────────────────────────────────────────────────────


def test_a_target_is_attained_by_value_or_where_less_is_better_by_target():
    plan = goals(
        ("2026", "repeat_purchases", 4.0, None),
        ("2026", "complaints", 1.0, None),
        ("2026", "reminder_rate", 0.8, None),
    )
    model = model_with(AS_OF, targets=plan, **TABLES)
    found = rows_of(kpi_set(model, "retention", period="2026"))
    attained = {name: (row["target"], row["attainment"]) for (name, _), row in found.items()}
    assert attained["Repeat purchases"] == (4.0, 0.25)
    assert attained["Complaints"] == (1.0, 0.5)
    assert attained["Positive reactions to reminders"] == (0.8, 1.25)
    assert attained["Customer churn"] == ("", "")


def test_months_add_up_to_a_target_only_where_the_figure_does():
    months = [f"2026-{k:02}" for k in range(1, 13)]
    plan = goals(
        *((month, "complaints", 1.0, None) for month in months),
        *((month, "reminder_rate", 0.5, None) for month in months),
    )
    model = model_with(AS_OF, targets=plan, **TABLES)
    found = rows_of(kpi_set(model, "retention", period="2026"))
    assert found["Complaints", ""]["target"] == 12.0
    assert found["Positive reactions to reminders", ""]["target"] == ""
    month = rows_of(kpi_set(model, "retention", period="2026-02"))
    assert month["Positive reactions to reminders", ""]["target"] == 0.5


def test_a_rate_of_one_seller_is_no_target_of_the_company():
    plan = goals(("2026", "reminder_rate", 0.5, "Ann"), ("2026", "reminder_rate", 0.7, "Bob"))
    model = model_with(AS_OF, targets=plan, **TABLES)
    year = period("2026", AS_OF)
    assert targets(model, "reminder_rate", "", "", year, adds_up=False) == {}
    assert targets(model, "reminder_rate", "", "owner=Bob", year, adds_up=False) == {(): 0.7}
    both = targets(model, "reminder_rate", "owner", "", year, adds_up=False)
    assert both == {("Ann",): 0.5, ("Bob",): 0.7}


def test_no_complaint_against_a_target_of_some_cannot_be_divided():
    plan = goals(("2024", "complaints", 2.0, None))
    model = model_with(AS_OF, targets=plan, **TABLES)
    row = rows_of(kpi_set(model, "retention", period="2024"))["Complaints", ""]
    assert (row["value"], row["target"], row["attainment"]) == (0.0, 2.0, ExcelError.DIV0)
    assert "divide" in row["note"]


# ── errors ──────────────────────────────────────────────────────────────────────────────────


def test_a_set_without_any_figure_is_an_error_with_the_reasons():
    model = model_with(AS_OF, accounts={"account_id": ["A"], "segment": ["Gold"]})
    with pytest.raises(NotAvailable, match="no indicator has a figure: "):
        kpi_set(model, "retention", period="2026")


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (("loyalty", "", "2026"), WrongValue, "strategy is no 'loyalty'"),
        (("", "nosuch=1", "2026"), UnknownName, "no column 'nosuch'"),
        (("", "nonsense", "2026"), WrongValue, "no condition"),
        (("", "", "someday"), WrongValue, "no period"),
    ],
)
def test_a_mistake_in_what_is_asked_is_named(asked, error, said):
    with pytest.raises(error, match=said):
        kpi_set(model_with(AS_OF, **TABLES), *asked)


def test_an_error_cell_in_a_row_that_counts_is_handed_on():
    spoilt = {**COMPLAINTS, "date": [ExcelError.REF, *COMPLAINTS["date"][1:]]}
    with pytest.raises(ErrorInData) as raised:
        kpi_set(model_with(AS_OF, **TABLES | {"complaints": spoilt}), "retention", period="2026")
    assert raised.value.code is ExcelError.REF


@pytest.mark.parametrize("strategy", SETS)
def test_the_cells_of_a_set_are_numbers_texts_and_errors(strategy):
    frame = kpi_set(model_with(dt.date(2026, 2, 1), **company()), strategy, period="last 3 months")
    for row in frame.itertuples(index=False):
        for cell in row:
            assert type(cell) in (float, str, ExcelError), (row, cell)
        missing = isinstance(row.value, ExcelError) or isinstance(row.previous, ExcelError)
        assert bool(row.note) == missing
