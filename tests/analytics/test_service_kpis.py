"""The KPIs of service and assortment, and the customer value index, computed by hand."""

import pandas as pd
import pytest
from given import model_with

from xlcrm.analytics.explain import explain_kpi
from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.errors import ExcelError, NotAvailable, UnknownName, WrongValue, ZeroDenominator
from xlcrm.kpis.catalogue import kpi


def days(*texts):
    return [None if text is None else pd.Timestamp(text) for text in texts]


COMPLAINTS = {
    "date": days("2026-01-05", "2026-02-01", "2026-02-28"),
    "account_id": ["A", "A", "B"],
}
ORDERS = {
    "order_id": ["1", "1", "2", "3", "4", "5"],
    "account_id": ["A", "A", "A", "B", "B", None],
    "date": days("2026-01-10", "2026-01-10", "2026-02-10", "2026-02-11", "2026-02-12",
                 "2026-02-13"),
    "amount": [90.0, 180.0, 80.0, -40.0, 50.0, 100.0],
    "list_price": [100.0, 100.0, 50.0, 50.0, None, 100.0],
    "quantity": [1.0, 2.0, 2.0, -1.0, 1.0, None],
    "cost": [40.0, 100.0, 30.0, -10.0, None, 60.0],
    "product": ["new", "old", "edge", "unknown", "dayless", "new"],
}  # fmt: skip
PRODUCTS = {
    "product": ["New", "Old", "Edge", "Dayless"],
    "launched": days("2023-02-14", "2023-01-10", "2023-02-11", None),
}
SURVEYS = {
    "date": days("2026-01-02", "2026-01-03", "2026-02-01", "2026-02-02", "2026-02-03"),
    "account_id": ["A", "A", "A", "B", "B"],
    "score": [9.0, 6.0, 4.0, None, 8.0],
    "driver": ["Price", "service", "good VALUE", "price", None],
}
TICKETS = {
    "opened": days("2026-01-02", "2026-01-03", "2026-01-31", "2026-02-05", "2026-02-06"),
    "account_id": ["A", "A", "B", "B", "B"],
    "first_response": days("2026-01-02", "2026-01-04", "2026-01-31", None, "2026-02-05"),
}
ALL = {"orders": ORDERS, "complaints": COMPLAINTS, "surveys": SURVEYS, "tickets": TICKETS}
SEGMENTS = {"account_id": ["A", "B"], "segment": ["Gold", "Silver"]}


def with_settings(settings, **tables):
    given = {"name": list(settings), "value": list(settings.values())}
    return model_with(settings=given, **tables)


def told(model, *arguments, **named):
    frame = explain_kpi(model, *arguments, **named)
    return dict(zip(frame["item"], frame["value"], strict=True))


# ── service ─────────────────────────────────────────────────────────────────────────────────


def test_complaints_are_counted_by_the_day_they_came_in():
    model = model_with(complaints=COMPLAINTS, accounts=SEGMENTS)
    assert kpi_value(model, "complaints") == 3.0
    assert kpi_value(model, "complaints", period="2026-02") == 2.0
    assert kpi_value(model, "complaints", period="2025") == 0.0
    assert kpi_table(model, "complaints", "segment")["value"].tolist() == [2.0, 1.0]


REMINDERS = {
    "sent_on": days(*["2026-01-05"] * 5),
    "account_id": list("ABCDE"),
    "responded": [True, True, True, False, None],
    "positive": [True, True, False, None, None],
}


def test_positive_reactions_are_of_reminders_sent_or_with_a_condition_of_those_answered():
    model = model_with(reminders=REMINDERS)
    assert kpi_value(model, "reminder_rate") == 2 / 5
    assert kpi_value(model, "reminder_rate", "responded=yes") == 2 / 3
    with pytest.raises(ZeroDenominator):
        kpi_value(model, "reminder_rate", period="2025")


@pytest.mark.parametrize(
    ("name", "kind", "columns", "lacks"),
    [
        ("reminder_rate", "reminders", REMINDERS, "positive"),
        ("evidence_share", "decisions",
         {"date": days("2026-01-01"), "decision": ["x"], "evidence": ["y"]}, "evidence"),
        ("segmented_share", "accounts", SEGMENTS, "segment"),
        ("value_rating", "surveys", SURVEYS, "driver"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_there_is_no_answer(name, kind, columns, lacks):
    without = {column: cells for column, cells in columns.items() if column != lacks}
    with pytest.raises(NotAvailable, match=f"{kind} have no column {lacks}"):
        kpi_value(model_with(**{kind: without}), name)


def test_a_contact_names_a_deal_or_an_account_and_has_a_cost():
    activities = {
        "date": days(*["2026-01-05"] * 5),
        "owner": ["Ann"] * 5,
        "kind": ["visit", "call", "call", "admin", "visit"],
        "account_id": ["A", None, None, None, "B"],
        "deal_id": [None, "d", "d", None, "d"],
        "cost": [50.0, 4.0, None, 999.0, 0.0],
    }
    model = model_with(activities=activities)
    assert kpi_value(model, "cost_per_contact") == 54.0 / 3
    assert told(model, "cost_per_contact")["left out: no cost"] == 1.0
    free = {**activities, "cost": [None] * 5}
    with pytest.raises(NotAvailable, match="no cost"):
        kpi_value(model_with(activities=free), "cost_per_contact")


def test_evidence_segments_and_reasons_are_shares_of_what_is_filled_in():
    decisions = {
        "date": days(*["2026-01-05"] * 4),
        "decision": list("wxyz"),
        "evidence": ["Forecast", None, None, " "],
    }
    accounts = {
        "account_id": ["A", "B", "C"],
        "segment": ["Gold", None, "Silver"],
        "created": days("2025-05-01", "2026-01-01", None),
    }
    deals = {
        "deal_id": list("abcd"),
        "owner": ["Ann"] * 4,
        "stage": ["Lead"] * 4,
        "amount": [1.0] * 4,
        "created": days(*["2026-01-01"] * 4),
        "expected_close": days(*["2026-02-01"] * 4),
        "closed_on": days(*["2026-02-01"] * 4),
        "status": ["lost", "lost", "lost", "won"],
        "lost_reason": ["Price", None, None, None],
    }
    model = model_with(decisions=decisions, accounts=accounts, deals=deals)
    assert kpi_value(model, "evidence_share") == 1 / 4
    assert kpi_value(model, "segmented_share") == 2 / 3
    assert kpi_value(model, "segmented_share", period="2026") == 0.0
    assert kpi_value(model, "lost_reason_known") == 1 / 3


def test_a_margin_per_customer_is_over_lines_with_cost_and_account():
    model = model_with(orders=ORDERS)
    # A: 50 + 80 + 50, B: -30 (the line of 50 has no cost, that of order 5 no account)
    assert kpi_value(model, "margin_per_customer") == (180.0 - 30.0) / 2


# ── assortment ──────────────────────────────────────────────────────────────────────────────


def test_list_prices_are_realised_over_lines_with_price_and_quantity():
    # 90 + 180 + 80 - 40 of 100 + 200 + 100 - 50
    assert kpi_value(model_with(orders=ORDERS), "price_realisation") == 310.0 / 350.0


def test_a_product_is_new_until_the_day_its_years_are_full():
    model = model_with(orders=ORDERS, products=PRODUCTS)
    # On the line's day: new is 1,061 days old, old full 3 years, edge a day short of them, and
    # new again on its last day but one; the others have no launch.
    assert kpi_value(model, "vitality") == (90.0 + 80.0 + 100.0) / (90.0 + 180.0 + 80.0 + 100.0)
    assert told(model, "vitality")["left out: no launch date of the product"] == 2.0


def test_the_years_of_a_new_product_are_a_setting():
    model = with_settings({"new_product_years": 4.0}, orders=ORDERS, products=PRODUCTS)
    assert kpi_value(model, "vitality") == 1.0
    model = with_settings({"new_product_years": 1e15}, orders=ORDERS, products=PRODUCTS)
    assert kpi_value(model, "vitality") == 1.0
    model = with_settings({"new_product_years": 0.0}, orders=ORDERS, products=PRODUCTS)
    assert kpi_value(model, "vitality") == 0.0


def test_without_products_or_launches_there_is_no_vitality():
    with pytest.raises(NotAvailable, match="products"):
        kpi_value(model_with(orders=ORDERS), "vitality")
    nameless = {"product": ["new"], "list_price": [1.0]}
    with pytest.raises(NotAvailable, match="launched"):
        kpi_value(model_with(orders=ORDERS, products=nameless), "vitality")


# ── the customer value index ────────────────────────────────────────────────────────────────


def test_the_parts_are_kpis_of_their_own():
    model = model_with(**ALL)
    assert kpi_value(model, "survey_score") == 27.0 / 4
    assert kpi_value(model, "value_rating") == 13.0 / 2
    assert kpi_value(model, "answered_in_time") == 2 / 3
    loose = with_settings({"response_hours": 24.0}, **ALL)
    assert kpi_value(loose, "answered_in_time") == 1.0


def test_the_index_is_the_mean_of_quality_service_value_and_time():
    # quality 1 - 3 / 5, service 0.675, value 0.65, time 2 / 3
    expected = 100 * (0.4 + 0.675 + 0.65 + 2 / 3) / 4
    assert kpi_value(model_with(**ALL), "customer_value_index") == pytest.approx(expected, 1e-14)


def test_its_weights_are_settings():
    given = {"weight_quality": 2.0, "weight_service": 0.0, "weight_value": 0.0, "weight_time": 1.0}
    value = kpi_value(with_settings(given, **ALL), "customer_value_index")
    assert value == pytest.approx(100 * (0.8 + 2 / 3) / 3, 1e-14)
    none = dict.fromkeys(given, 0.0)
    with pytest.raises(ZeroDenominator, match="all 0"):
        kpi_value(with_settings(none, **ALL), "customer_value_index")


def test_a_part_whose_table_is_missing_is_left_out_and_the_others_weigh_more():
    without = {kind: columns for kind, columns in ALL.items() if kind != "tickets"}
    value = kpi_value(model_with(**without), "customer_value_index")
    assert value == pytest.approx(100 * (0.4 + 0.675 + 0.65) / 3, 1e-14)


def test_too_few_parts_are_no_index():
    model = model_with(orders=ORDERS, complaints=COMPLAINTS, tickets=TICKETS)
    with pytest.raises(NotAvailable, match=r"50% of the weights have figures, 60% are needed"):
        kpi_value(model, "customer_value_index")
    model = with_settings({"coverage_needed": 0.5}, orders=ORDERS, complaints=COMPLAINTS,
                          tickets=TICKETS)  # fmt: skip
    value = kpi_value(model, "customer_value_index")
    assert value == pytest.approx(100 * (0.4 + 2 / 3) / 2, 1e-14)


def test_more_complaints_than_orders_are_no_quality_and_not_less():
    many = {"date": days(*["2026-01-05"] * 9), "account_id": ["A"] * 9}
    model = model_with(**ALL | {"complaints": many})
    expected = 100 * (0.0 + 0.675 + 0.65 + 2 / 3) / 4
    assert kpi_value(model, "customer_value_index") == pytest.approx(expected, 1e-14)


def test_the_index_by_month():
    table = kpi_table(model_with(**ALL), "customer_value_index", "month")
    assert table["month"].tolist() == ["2026-01", "2026-02"]
    # January: 1 complaint by 1 order, 7.5, 9, 2 of 3; February: 2 by 4, 6, 4, none answered
    assert table["value"].tolist() == pytest.approx(
        [100 * (0.0 + 0.75 + 0.9 + 2 / 3) / 4, 100 * (0.5 + 0.6 + 0.4) / 3], 1e-14
    )
    assert table["n"].tolist() == [1 + 2 + 2 + 1 + 3, 2 + 4 + 2 + 1 + 0]


def test_the_index_by_a_column_that_all_tables_lead_to():
    table = kpi_table(model_with(accounts=SEGMENTS, **ALL), "customer_value_index", "segment")
    # the order without an account has no segment and nothing to compare it with
    assert table["segment"].tolist() == ["(blank)", "Gold", "Silver"]
    # Gold: 2 complaints by 2 orders, 19 / 3, 13 / 2, 1 of 2; Silver: 1 by 2, 8, none, 1 of 1
    blank, *known = table["value"]
    assert blank is ExcelError.NA
    assert known == pytest.approx(
        [100 * (0.0 + 1.9 / 3 + 0.65 + 0.5) / 4, 100 * (0.5 + 0.8 + 1.0) / 3], 1e-14
    )


def test_a_month_with_orders_and_no_complaint_is_of_full_quality():
    none = {"date": days("2025-12-01"), "account_id": ["A"]}
    given = {"weight_service": 0.0, "weight_value": 0.0, "weight_time": 0.0}
    table = kpi_table(with_settings(given, orders=ORDERS, complaints=none),
                      "customer_value_index", "month")  # fmt: skip
    assert table["month"].tolist() == ["2025-12", "2026-01", "2026-02"]
    assert table["value"].tolist() == [ExcelError.NA, 100.0, 100.0]


def test_a_condition_or_group_that_a_part_cannot_reach_names_the_part():
    model = model_with(**ALL)
    with pytest.raises(UnknownName, match="customer_value_index, quality: no column 'product'"):
        kpi_table(model, "customer_value_index", "product")
    with pytest.raises(UnknownName, match="customer_value_index, quality: no column 'amount'"):
        kpi_value(model, "customer_value_index", "amount>5")


def test_a_condition_counts_in_all_parts():
    model = model_with(accounts=SEGMENTS, **ALL)
    value = kpi_value(model, "customer_value_index", "segment=Silver")
    assert value == pytest.approx(100 * (0.5 + 0.8 + 1.0) / 3, 1e-14)
    with pytest.raises(NotAvailable, match="no segment 'Gld'"):
        kpi_value(model, "customer_value_index", "segment=Gld")


def test_an_index_has_one_method_and_no_rows_of_its_own():
    with pytest.raises(WrongValue, match="one method"):
        kpi_value(model_with(**ALL), "customer_value_index", method="smoothed")
    with pytest.raises(WrongValue, match="index over several tables"):
        kpi("customer_value_index")
    with pytest.raises(WrongValue, match="customer_value_index"):
        kpi_value(model_with(**ALL), "customer_value_indx")


def test_the_explanation_of_the_index_tells_its_parts_and_their_rows():
    items = told(model_with(**ALL), "customer_value_index", period="2026-02")
    assert items["quality, 0 to 100"] == 50.0
    assert items["value, 0 to 100"] == 40.0
    assert "to divide by" in items["time, 0 to 100"] or "have no" in items["time, 0 to 100"]
    assert items["rows counted: complaints"] == 2.0
    assert items["rows counted: order lines"] == 4.0
    assert items["rows counted: survey answers"] == 2.0
    assert items["setting weight_time"] == 1.0
    assert items["source"] == "docs/methods.md: Customer value index"


def test_the_rows_of_the_index_stand_under_their_tables():
    listed = explain_kpi(model_with(**ALL), "customer_value_index", rows=True)
    assert listed["table"].value_counts().to_dict() == {
        "orders": 6, "complaints": 3, "surveys": 5, "tickets": 5,
    }  # fmt: skip
    answers = listed[listed["table"] == "surveys"]["counts"].tolist()
    assert answers == ["yes", "yes", "yes", "no: no score", "yes"]
