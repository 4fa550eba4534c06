"""The few accounts that bring most of the sales."""

import datetime as dt

import pytest
from given import model_with, shuffled

from xlcrm.analytics.segments.key_accounts import key_accounts
from xlcrm.errors import NotAvailable, OutOfDomain, ZeroDenominator


def orders(**amounts):
    """An order for each amount of each account."""
    lines = [(name, amount) for name, some in amounts.items() for amount in some]
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [name for name, _ in lines],
        "date": [dt.date(2026, 1, 1)] * len(lines),
        "amount": [amount for _, amount in lines],
    }


def classes(given, **asked):
    frame = key_accounts(model_with(orders=given), **asked)
    return dict(zip(frame["account_id"], frame["class"], strict=True))


def test_the_account_that_crosses_80_percent_is_in_class_a():
    given = orders(big=[50.0], mid=[29.0], cross=[6.0], small=[10.5 - 0.5], tiny=[5.0])
    assert classes(given) == {"big": "A", "mid": "A", "small": "A", "cross": "B", "tiny": "C"}


def test_a_share_that_is_reached_exactly_needs_no_further_account():
    given = orders(one=[0.5], two=[0.3], three=[0.1], four=[0.1])
    assert classes(given) == {"one": "A", "two": "A", "four": "B", "three": "B"}
    tenths = orders(**{f"k{number}": [0.1] for number in range(10)})
    assert list(classes(tenths).values()) == ["A"] * 8 + ["B"] * 2


def test_equal_sales_stand_in_the_order_of_ids():
    frame = key_accounts(model_with(orders=orders(c=[10.0], a=[10.0], b=[10.0], d=[30.0])))
    assert frame["account_id"].tolist() == ["d", "a", "b", "c"]
    assert frame["rank"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert frame["class"].tolist() == ["A", "A", "A", "B"]


def test_returns_are_netted_and_accounts_that_brought_nothing_stand_last():
    given = orders(
        good=[100.0], back=[50.0, -60.0], even=[5.0, -5.0], worse=[-20.0], ok=[25.0, -5.0]
    )
    frame = key_accounts(model_with(orders=given)).set_index("account_id")
    assert frame.index.tolist() == ["good", "ok", "even", "back", "worse"]
    assert frame["class"].tolist() == ["A", "B", "none", "none", "none"]
    assert frame.loc["good", "share"] == 100 / 120
    assert frame.loc["ok", "cumulative"] == 1.0
    assert frame.loc["back":, ["share", "cumulative"]].isna().all(axis=None)


def test_the_share_is_an_argument_or_a_setting():
    given = orders(a=[50.0], b=[30.0], c=[20.0])
    assert classes(given, share=0.5)["b"] == "B"
    assert set(classes(given, share=1.0).values()) == {"A"}
    settings = {"name": ["key_account_share", "abc_b_share"], "value": [0.4, 0.6]}
    frame = key_accounts(model_with(orders=given, settings=settings))
    assert frame["class"].tolist() == ["A", "B", "C"]


def test_top_lists_the_first_without_changing_their_classes():
    given = orders(a=[50.0], b=[30.0], c=[20.0])
    frame = key_accounts(model_with(orders=given), top=2)
    assert frame["cumulative"].tolist() == [0.5, 0.8]


@pytest.mark.parametrize("asked", [{"share": 0.0}, {"share": 1.01}, {"share": -1.0}, {"top": 0.0}])
def test_a_share_outside_0_to_1_and_a_top_of_none_are_refused(asked):
    with pytest.raises(OutOfDomain):
        classes(orders(a=[1.0]), **asked)


def test_without_positive_sales_there_is_no_share():
    with pytest.raises(ZeroDenominator):
        classes(orders(a=[-1.0], b=[1.0, -1.0]))


def test_without_accounts_there_are_no_key_accounts():
    given = orders(a=[1.0]) | {"account_id": [None]}
    with pytest.raises(NotAvailable, match="no account"):
        classes(given)


def test_deals_won_stand_in_where_there_are_no_orders():
    deals = {
        "deal_id": ["1", "2", "3"],
        "account_id": ["a", "b", "a"],
        "owner": ["x"] * 3,
        "created": [45_000.0] * 3,
        "stage": ["s"] * 3,
        "status": ["won", "won", "lost"],
        "amount": [3.0, 1.0, 100.0],
        "expected_close": [46_000.0] * 3,
        "closed_on": [46_000.0] * 3,
    }
    frame = key_accounts(model_with(deals=deals))
    assert frame["revenue"].tolist() == [3.0, 1.0]


def test_the_order_of_rows_changes_no_bit():
    given = orders(**{f"a{k}": [0.1 * k, 0.7, 1e9, -1e9, 33.33] for k in range(40)})
    expected = key_accounts(model_with(orders=given))
    assert all(
        key_accounts(model_with(orders=shuffled(given, seed))).equals(expected) for seed in range(5)
    )
