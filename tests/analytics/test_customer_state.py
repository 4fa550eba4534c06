"""Opportunities of existing and of new accounts, as they were when the deal was created."""

import datetime as dt

import pytest
from given import AS_OF, model_with, shuffled

from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.errors import ErrorInData, ExcelError, UnknownName


def day(text):
    return dt.date.fromisoformat(text)


DEALS = {
    "deal_id": ["d1", "d2", "d3", "d4", "d5"],
    "account_id": ["old", "old", "same", "never", None],
    "owner": ["Ann"] * 5,
    "created": [day(f"2026-0{m}-10") for m in (1, 3, 2, 1, 1)],
    "source": ["Web", "Referral", "Web", "Web", "Web"],
    "stage": ["Lead"] * 5,
    "amount": [10.0] * 5,
    "expected_close": [day("2026-05-01")] * 5,
    "status": ["open"] * 5,
}
ORDERS = {
    "order_id": ["o1", "o2", "o3"],
    "account_id": ["old", "old", "same"],
    "date": [day("2026-02-10"), day("2026-02-20"), day("2026-02-10")],
    "amount": [1.0, 1.0, 1.0],
}


def told(by, orders=ORDERS, deals=DEALS):
    frame = kpi_table(model_with(AS_OF, deals=deals, orders=orders), "opportunities_created", by)
    return {tuple(row[:-2]): row[-2] for row in frame.to_numpy().tolist()}


def test_an_account_exists_that_bought_before_the_day_of_the_deal():
    # old bought on 10 February, between its two deals; same on the very day; never not at all.
    assert told("customer_state, source") == {
        ("(blank)", "Web"): 1.0,
        ("existing", "Referral"): 1.0,
        ("new", "Web"): 3.0,
    }


def test_the_order_of_rows_does_not_matter():
    expected = told("customer_state")
    assert told("customer_state", shuffled(ORDERS), shuffled(DEALS)) == expected


def test_deals_won_stand_in_for_orders():
    deals = DEALS | {
        "status": ["won", "open", "open", "open", "open"],
        "closed_on": [day("2026-02-01"), None, None, None, None],
    }
    frame = kpi_table(model_with(AS_OF, deals=deals), "opportunities_created", "customer_state")
    assert frame["value"].tolist() == [1.0, 1.0, 3.0]
    assert frame["customer_state"].tolist() == ["(blank)", "existing", "new"]


def test_orders_are_read_only_where_the_state_is_asked_for():
    spoilt = ORDERS | {"amount": [1.0, ExcelError.DIV0, 1.0]}
    model = model_with(AS_OF, deals=DEALS, orders=spoilt)
    assert kpi_value(model, "opportunities_created") == 5.0
    with pytest.raises(ErrorInData):
        kpi_table(model, "opportunities_created", "customer_state")


def test_a_column_of_that_name_in_the_table_comes_first():
    own = DEALS | {"customer_state": ["mine"] * 5}
    assert told("customer_state", deals=own) == {("mine",): 5.0}


def test_a_kpi_that_offers_no_state_has_none():
    with pytest.raises(UnknownName):
        kpi_table(model_with(AS_OF, deals=DEALS), "won_deals", "customer_state")
