"""What came by itself, how long complaints wait, and how much sellers learn."""

import pandas as pd
import pytest
from given import model_with

from xlcrm.analytics.explain import explain_kpi
from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.errors import ExcelError, NotAvailable, ZeroDenominator


def days(*texts):
    return [None if text is None else pd.Timestamp(text) for text in texts]


def deals(**changed):
    columns = {
        "deal_id": ["1", "2", "3", "4", "5", "6"],
        "owner": ["Ann", "Ann", "Bob", "Bob", "Bob", "Ann"],
        "created": days(*["2026-01-01"] * 6),
        "stage": ["Won"] * 6,
        "amount": [100.0, 300.0, 50.0, 1_000.0, 600.0, None],
        "expected_close": days(*["2026-02-01"] * 6),
        "closed_on": days(*["2026-02-01"] * 5, "2026-02-02"),
        "status": ["won", "won", "won", "lost", "won", "won"],
        "source": ["Inbound", "Own prospecting", "WALK-IN", "Inbound", None, "Inbound"],
    }
    return columns | changed


def told(model, *arguments, **named):
    frame = explain_kpi(model, *arguments, **named)
    return dict(zip(frame["item"], frame["value"], strict=True))


def test_reactive_share_is_the_amount_won_that_nobody_went_out_for():
    # 100 inbound and 50 walk-in of 450 won with a source; the lost deal and that without one
    # are outside.
    model = model_with(deals=deals())
    assert kpi_value(model, "reactive_share") == 150 / 450
    assert told(model, "reactive_share")["left out: no source"] == 1.0
    by_owner = kpi_table(model, "reactive_share", "owner")
    assert by_owner["value"].tolist() == [100 / 400, 1.0]


def test_the_sources_that_count_are_a_setting():
    given = {"name": ["reactive_sources"], "value": ["own  Prospecting, fair"]}
    model = model_with(deals=deals(), settings=given)
    assert kpi_value(model, "reactive_share") == 300 / 450
    assert told(model, "reactive_share")["setting reactive_sources"] == "own  Prospecting, fair"


def test_without_sources_nothing_tells_what_came_by_itself():
    with pytest.raises(NotAvailable, match="have no source, and none has one: enter sources"):
        kpi_value(model_with(deals=deals(source=[None] * 6)), "reactive_share")


def test_training_hours_are_shared_by_all_sellers_who_log_anything():
    activities = {
        "date": days("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08", "2026-03-01"),
        "owner": ["Ann", "Ann", "Bob", "Cid", "Ann"],
        "kind": ["Training", "call", "SCHULUNG", "visit", "training"],
        "minutes": [90.0, 600.0, 150.0, None, None],
    }
    model = model_with(activities=activities)
    assert kpi_value(model, "training_hours", period="2026-01") == 4.0 / 3
    assert told(model, "training_hours")["left out: training without minutes"] == 1.0
    by_owner = kpi_table(model, "training_hours", "owner", period="2026-01")
    assert by_owner["value"].tolist() == [1.5, 2.5, 0.0]


def test_complaints_take_days_until_they_are_put_right():
    complaints = {
        "date": days("2026-01-01", "2026-01-10", "2026-01-20", "2026-01-20"),
        "account_id": ["A", "A", "B", "B"],
        "resolved_on": days("2026-01-05", "2026-01-20", None, "2026-01-19"),
    }
    model = model_with(complaints=complaints)
    assert kpi_value(model, "complaint_days") == (4 + 10) / 2
    assert told(model, "complaint_days")["left out: resolved before it came in"] == 1.0
    with pytest.raises(ZeroDenominator):
        kpi_value(model, "complaint_days", period="2025")


def costs(**changed):
    tables = {
        "orders": {
            "order_id": ["1", "2", "3"],
            "account_id": ["A", "B", "A"],
            "date": days("2026-01-10", "2026-02-10", "2026-02-11"),
            "amount": [1_000.0, 400.0, 600.0],
            "cost": [400.0, 200.0, 300.0],
        },
        "accounts": {"account_id": ["A", "B"], "segment": ["Gold", "Silver"]},
        "spend": {
            "date": days("2026-01-31", "2026-02-28", "2026-03-31"),
            "category": ["marketing", "sales", "overhead"],
            "amount": [100.0, 500.0, 50.0],
            "segment": ["Gold", "gold", "Silver"],
        },
    }
    return model_with(**tables | changed)


def test_cost_to_sales_divides_spend_by_revenue_over_time_and_by_segment():
    model = costs()
    assert kpi_value(model, "cost_to_sales") == 650 / 2_000
    assert kpi_value(model, "cost_to_sales", "segment=Gold", "2026-02") == 500 / 600
    months = kpi_table(model, "cost_to_sales", "month")
    assert months["month"].tolist() == ["2026-01", "2026-02", "2026-03"]
    assert months["value"].tolist() == [0.1, 0.5, ExcelError.DIV0]
    segments = kpi_table(model, "cost_to_sales", "segment")
    assert dict(zip(segments["segment"], segments["value"], strict=True)) == {
        "Gold": 600 / 1_600, "Silver": 50 / 400}  # fmt: skip
    assert told(model, "cost_to_sales")["cost by revenue"] == 650 / 2_000


def test_return_on_the_cost_of_sales_is_what_margin_leaves_of_it():
    # February: a margin of 500 for 500 spent returns nothing; January 600 for 100.
    assert kpi_value(costs(), "sales_roi", period="2026-02") == 0.0
    assert kpi_value(costs(), "sales_roi", period="2026-01") == 5.0


def test_a_ratio_over_two_tables_says_what_it_lacks():
    with pytest.raises(ZeroDenominator, match="cost_to_sales: no revenue to divide by"):
        kpi_value(costs(), "cost_to_sales", period="2026-03")
    without = model_with(orders=deals_as_orders())
    with pytest.raises(NotAvailable, match="cost_to_sales: the model has no rows of spend"):
        kpi_value(without, "cost_to_sales")


def deals_as_orders():
    return {"order_id": ["1"], "account_id": ["A"], "date": days("2026-01-10"), "amount": [1.0]}
