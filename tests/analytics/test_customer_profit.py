"""What is left of each customer's margin, and the whale curve, computed by hand."""

import pandas as pd
import pytest
from customers_given import AS_OF, customers
from given import model_with, shuffled

from xlcrm.analytics.customers.customer_profit import customer_profit, explain_customer_profit
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, UnknownName

READ = ("orders", "accounts", "activities", "sellers", "timesheets")


def day(text):
    return pd.Timestamp(text)


def company(**changed):
    """Margins of 600, 300 and 100; contacts and service cost 60, 250 and 500."""
    tables = {
        "orders": {
            "order_id": ["1", "2", "3", "4"],
            "account_id": ["Whale", "Middle", "Costly", "Early"],
            "date": list(map(day, ["2026-01-05", "2026-01-06", "2026-01-07", "2025-01-07"])),
            "amount": [1_000.0, 500.0, 400.0, 50.0],
            "cost": [400.0, 200.0, 300.0, 20.0],
        },
        "accounts": {
            "account_id": ["Whale", "Middle", "Costly", "Early", "Hope"],
            "segment": ["Gold", "Gold", "Silver", "Silver", "Gold"],
        },
        "deals": {
            "deal_id": ["D"],
            "account_id": ["Costly"],
            "owner": ["Ann"],
            "created": [day("2026-01-01")],
            "stage": ["Lead"],
            "amount": [1.0],
            "expected_close": [day("2026-06-01")],
            "status": ["open"],
        },
        "sellers": {"owner": ["Ann"], "hourly_cost": [60.0]},
        "activities": {
            "date": [day("2026-01-10")] * 5,
            "owner": ["Ann", "Ann", "Ann", "Zed", "Ann"],
            "kind": ["visit"] * 5,
            "account_id": ["Whale", "Middle", None, "Middle", "Hope"],
            "deal_id": [None, None, "D", None, None],
            "minutes": [60.0, 120.0, 90.0, 600.0, 600.0],
            "cost": [None, 10.0, 10.0, 20.0, None],
        },
        "timesheets": {
            "date": [day("2026-01-12")] * 3,
            "person": ["Tim"] * 3,
            "project": ["Care"] * 3,
            "account_id": ["Middle", "Costly", "Early"],
            "spent_hours": [2.0, 8.0, 1.0],
            "cost_rate": [50.0, 50.0, 50.0],
        },
    }
    given = {name: cells for name, cells in (tables | changed).items() if cells}
    return model_with(day("2026-02-01").date(), **given)


def test_profit_is_margin_less_contacts_and_service():
    # Zed's hourly cost is not known: of that visit only the 20 paid count.
    frame = customer_profit(company(), period="2026")
    assert frame.iloc[:, :7].to_numpy().tolist() == [
        [1.0, "Whale", 1_000.0, 600.0, 60.0, 0.0, 540.0],
        [2.0, "Middle", 500.0, 300.0, 150.0, 100.0, 50.0],
        [3.0, "Early", 0.0, 0.0, 0.0, 50.0, -50.0],
        [4.0, "Costly", 400.0, 100.0, 100.0, 400.0, -400.0],
    ]
    assert frame["profit_share"].tolist() == [540 / 140, 50 / 140, -50 / 140, -400 / 140]


def test_the_whale_curve_ends_at_one_and_passes_it_before():
    frame = customer_profit(company(), period="2026")
    assert frame["profit"].tolist() == [540.0, 50.0, -50.0, -400.0]
    assert frame["profit_cumulative"].tolist() == pytest.approx(
        [540 / 140, 590 / 140, 540 / 140, 1.0]
    )
    assert frame["customers_share"].tolist() == [0.25, 0.5, 0.75, 1.0]


def test_groups_of_accounts_hold_their_customers():
    frame = customer_profit(company(), "segment", period="2026")
    assert frame["segment"].tolist() == ["Gold", "Silver"]
    assert frame["profit"].tolist() == [590.0, -450.0]
    assert frame["customers_share"].tolist() == [0.5, 1.0]


def test_contacts_with_who_never_bought_are_no_customers_cost_and_are_counted():
    frame = explain_customer_profit(model=company(), period="2026")
    told = dict(zip(frame["item"], frame["value"], strict=True))
    assert told["left out: contacts of who never bought"] == 1.0
    assert told["contacts of customers"] == 4.0
    assert told["contacts without a known cost"] == 0.0


def test_a_cost_that_the_company_does_not_enter_is_not_known_and_not_deducted():
    frame = customer_profit(company(timesheets=None), period="2026")
    assert set(frame["service_cost"]) == {ExcelError.NA}
    assert frame["profit"].tolist() == [540.0, 150.0, 0.0]
    told = explain_customer_profit(model=company(timesheets=None), period="2026")["value"].tolist()
    assert "no cost of them is known: not taken from profit" in told


def test_a_customer_whose_cost_is_not_known_has_no_profit_and_stands_last():
    orders = {
        "order_id": ["1", "2"],
        "account_id": ["Whale", "Middle"],
        "date": [day("2026-01-05")] * 2,
        "amount": [1_000.0, 5_000.0],
        "cost": [400.0, None],
    }
    frame = customer_profit(company(orders=orders), period="2026")
    assert frame["account_id"].tolist() == ["Whale", "Middle"]
    last = frame.iloc[1]
    assert {last["margin"], last["profit"], last["profit_share"]} == {ExcelError.NA}
    assert frame["profit_share"].iloc[0] == 1.0


def test_conditions_on_accounts_hold_for_costs():
    frame = customer_profit(company(), where="segment=Silver", period="2026")
    assert frame["account_id"].tolist() == ["Early", "Costly"]  # -50, -400
    assert set(frame["profit_share"]) == {ExcelError.DIV0}
    frame = customer_profit(company(), where="account_id<>Costly", period="2026")
    assert frame["account_id"].tolist() == ["Whale", "Middle", "Early"]


def test_a_condition_that_a_table_does_not_know_leaves_its_cost_unknown():
    model = company()
    frame = customer_profit(model, where="amount>450", period="2026")
    assert frame["account_id"].tolist() == ["Whale", "Middle"]
    assert set(frame["service_cost"]) == {ExcelError.NA}


def test_what_leads_nowhere_is_refused():
    with pytest.raises(OutOfDomain):
        customer_profit(company(), top=0.0)
    with pytest.raises(UnknownName, match="not 'order_id'"):
        customer_profit(company(), "order_id")
    with pytest.raises(NotAvailable, match="nothing was sold"):
        customer_profit(company(), period="2031")


def test_profits_add_up_and_no_order_of_rows_matters():
    tables = {name: customers()[name] for name in READ}
    frame = customer_profit(model_with(AS_OF.date(), **tables), period="2025")
    mixed = {name: shuffled(cells, 5) for name, cells in tables.items()}
    again = customer_profit(model_with(AS_OF.date(), **mixed), period="2025")
    assert frame.equals(again)
    known = frame[[not isinstance(one, ExcelError) for one in frame["profit"]]]
    assert sum(known["profit_share"]) == pytest.approx(1.0)
    assert known["profit_cumulative"].iloc[-1] == pytest.approx(1.0)
    assert known["profit"].tolist() == sorted(known["profit"], reverse=True)
