"""Baskets per order, per period and per lifetime, computed by hand."""

import datetime as dt

import pandas as pd
import pytest
from customers_given import AS_OF, customers
from given import model_with

from xlcrm.analytics.figures import kpi_table
from xlcrm.analytics.segments.basket import basket
from xlcrm.errors import ExcelError, NotAvailable, UnknownName

END = dt.date(2026, 12, 31)


def day(text):
    return pd.Timestamp(text)


LINES = [
    # order, account, date, amount
    ("1", "A", "2025-01-01", 1_000.0),
    ("2", "A", "2026-12-31", 300.0),
    ("2", "A", "2026-12-31", 100.0),
    ("3", "A", "2026-12-31", -40.0),  # a return: no order of its own
    ("4", "B", "2026-12-31", 200.0),
    ("5", "C", "2026-07-02", 90.0),
    ("6", "C", "2026-12-31", 30.0),
    ("7", "D", "2024-12-31", 500.0),
    ("8", "D", "2025-12-31", 100.0),  # lost since: nothing for more than twice its gap
]
TYPES = {"A": "Chain", "B": "Chain", "C": "Shop", "D": "Shop"}


def company(lines=LINES, types=TYPES, as_of=END):
    order, account, date, amount = (list(column) for column in zip(*lines, strict=True))
    orders = {"order_id": order, "account_id": account, "date": list(map(day, date)),
              "amount": amount}  # fmt: skip
    accounts = {"account_id": list(types), "type": list(types.values())}
    settings = {"name": ["dormant_after", "dormant_gaps"], "value": [180.0, 0.5]}
    return model_with(as_of, orders=orders, accounts=accounts, settings=settings)


def rows(model, **asked):
    return {row.iloc[0]: row for _, row in basket(model, period="2026", **asked).iterrows()}


def test_baskets_by_kind_of_account_are_computed_by_hand():
    answer = rows(company())
    figures = ["orders", "customers", "per_order", "per_customer", "lifetime"]
    # Chains: 560 in 2 orders of 2 customers, 1,560 since they came; shops: 120, 720.
    assert answer["Chain"][figures].tolist() == [2, 2, 280, 280, 780]
    assert answer["Shop"][figures].tolist() == [2, 1, 60, 120, 360]
    assert answer["(all)"][figures].tolist() == [4, 3, 170, pytest.approx(680 / 3), 570]
    assert list(answer) == ["Chain", "Shop", "(all)"]


def test_the_highest_and_the_lowest_basket_are_marked():
    answer = rows(company())
    assert answer["Chain"]["highest"] == "per_order, per_customer, lifetime"
    assert answer["Shop"]["lowest"] == "per_order, per_customer, lifetime"
    assert {answer["Chain"]["lowest"], answer["(all)"]["highest"]} == {""}
    alone = rows(company(LINES[:6], {"A": "Chain", "B": "Chain"} | {"C": "Chain"}))
    assert alone["Chain"][["highest", "lowest"]].tolist() == ["", ""]


def test_years_run_to_the_last_purchase_of_who_is_lost_and_else_to_the_end():
    # A since 729 days, B since today, C since 182; D bought over 365 days and is lost.
    answer = rows(company())
    assert answer["Chain"]["years"] == pytest.approx((729 + 0) / 2 / 365.25)
    assert answer["Shop"]["years"] == pytest.approx((182 + 365) / 2 / 365.25)
    assert answer["(all)"]["years"] == pytest.approx((729 + 0 + 182 + 365) / 4 / 365.25)


def test_who_ordered_earlier_only_has_a_lifetime_and_no_basket():
    answer = rows(company(types=TYPES | {"D": "Gone"}))
    assert {answer["Gone"]["per_order"], answer["Gone"]["per_customer"]} == {ExcelError.DIV0}
    assert answer["Gone"]["lifetime"] == 600.0
    assert list(answer) == ["Chain", "Shop", "Gone", "(all)"]


def test_nothing_sold_is_not_available():
    with pytest.raises(NotAvailable, match="nothing was sold in 2031"):
        basket(company(), period="2031")
    with pytest.raises(UnknownName):
        basket(company(), by="nosuch")


def test_baskets_are_those_of_the_figures_by_the_same_groups():
    tables = customers()
    model = model_with(AS_OF.date(), orders=tables["orders"], accounts=tables["accounts"])
    frame = basket(model, "segment", "", "2025").iloc[:-1].set_index("segment")
    for column, kpi in (("per_customer", "revenue_per_customer"), ("customers", "customers")):
        expected = kpi_table(model, kpi, "segment", "", "2025")
        found = frame.loc[expected["segment"], column].astype(float)
        assert found.tolist() == pytest.approx(expected["value"].astype(float).tolist())
