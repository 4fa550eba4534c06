"""What is bought together, and who has one and lacks the other."""

import datetime as dt

import numpy as np
import pytest
from given import model_with, shuffled
from scipy.stats import fisher_exact

from xlcrm.analytics.cross_selling import offers as offers_module
from xlcrm.analytics.cross_selling import rules as rules_module
from xlcrm.analytics.cross_selling.rules import cross_sell
from xlcrm.errors import NotAvailable, OutOfDomain, UnknownName, WrongValue

LOOSE = {"support": 0.0, "confidence": 0.0}


def orders(*lines, **more):
    """Lines of order, account, product and amount; an order of its own where none is given."""
    return {
        "order_id": [line[0] for line in lines],
        "account_id": [line[1] for line in lines],
        "date": [dt.date(2026, 1, 1)] * len(lines),
        "product": [line[2] for line in lines],
        "amount": [line[3] for line in lines],
        **more,
    }


def bought(**contents):
    """For each account the products it bought, one letter each, at 10 each and one order each."""
    return orders(
        *(
            (f"{account}{product}", account, product, 10.0)
            for account, products in contents.items()
            for product in products
        )
    )


def rules(given, *, tables=None, **asked):
    frame = cross_sell(
        model_with(orders=given, **(tables or {})), **(LOOSE | {"size": 1.0} | asked)
    )
    return {(row["has"], row["sells"]): row for _, row in frame.iterrows()}


COMPANY = bought(a="XY", b="XY", c="XY", d="X", e="Y", f="Z", g="Z", h="XZ")


def test_a_rule_told_in_full():
    rule = rules(COMPANY)["X", "Y"]
    # X: a, b, c, d, h; Y: a, b, c, e; both: a, b, c; of 8 customers.
    assert rule["baskets"] == 3.0
    assert rule["support"] == 3 / 8
    assert rule["confidence"] == 3 / 5
    assert rule["lift"] == pytest.approx((3 / 5) / (4 / 8), rel=1e-15)
    assert rule["accounts"] == 2.0  # d and h have X and lack Y
    one_sided = fisher_exact([[3, 2], [1, 2]], alternative="greater").pvalue
    assert rule["p"] == pytest.approx(one_sided, rel=1e-12)


def test_who_has_one_and_lacks_the_other_is_ranked_by_what_is_expected():
    given = orders(
        ("1", "a", "X", 5.0), ("1", "a", "Y", 100.0),
        ("2", "b", "X", 5.0), ("3", "b", "Y", 300.0),
        ("4", "c", "X", 5.0),
        ("5", "d", "Y", 200.0),
        ("6", "e", "Z", 1.0), ("7", "f", "Z", 1.0),
    )  # fmt: skip
    accounts = {"account_id": list("abcdef"), "owner": ["Ann", "Ann", "Bob", None, "Ann", "Ann"]}
    frame = cross_sell(model_with(orders=given, accounts=accounts), show="accounts", **LOOSE)
    # X and Y: two of three who have the one have the other, of six; a Y brings (100+300+200)/3.
    assert frame.to_numpy().tolist() == [
        ["c", "Bob", "X", "Y", pytest.approx(4 / 3), 2 / 3, 200.0, pytest.approx(400 / 3)],
        ["d", "", "Y", "X", pytest.approx(4 / 3), 2 / 3, 5.0, pytest.approx(10 / 3)],
    ]


def test_an_account_is_offered_a_thing_once_for_the_most_confident_reason():
    given = bought(
        a="XYZ", b="XYZ", c="XYZ", d="XZ", e="X", f="Y", g="XY", h="Q", i="Q", j="Q", k="QXY"
    )
    frame = cross_sell(model_with(orders=given), show="accounts", size=2.0, **LOOSE)
    reasons = {(row["account_id"], row["lacks"]): row for _, row in frame.iterrows()}
    assert len(reasons) == len(frame)
    # Z: 4 of 7 with X, 3 of 6 with Y, 3 of 5 with both; g has both, e only X.
    assert reasons["g", "Z"]["has"] == "X + Y"
    assert reasons["g", "Z"]["confidence"] == 3 / 5
    assert reasons["e", "Z"]["has"] == "X"
    assert reasons["e", "Z"]["confidence"] == 4 / 7


def test_a_rule_without_lift_offers_nothing():
    given = bought(a="XY", b="XY", c="Y", d="Y", e="X", f="X")
    # X and Y: 2 of 4 have the other, of whom 4 of 6 are: lift 3/4.
    assert rules(given)["X", "Y"]["lift"] == pytest.approx(0.75)
    with pytest.raises(NotAvailable, match="lift above 1"):
        cross_sell(model_with(orders=given), show="accounts", **LOOSE)


def test_what_was_returned_is_not_had():
    given = orders(
        ("1", "a", "X", 10.0), ("1", "a", "Y", 10.0),
        ("2", "b", "X", 10.0), ("2", "b", "Y", 10.0), ("3", "b", "Y", -10.0),
        ("4", "c", "X", 0.1), ("4", "c", "X", 0.2), ("5", "c", "X", -0.3), ("4", "c", "Y", 1.0),
    )  # fmt: skip
    rule = rules(given)["Y", "X"]
    # Y: a and c; X: a, b, and c if 0.1 + 0.2 - 0.3 is more than nothing, which it is not.
    assert (rule["baskets"], rule["confidence"], rule["lift"]) == (1.0, 0.5, 0.75)


def test_orders_are_baskets_of_their_own():
    given = orders(
        ("1", "a", "X", 1.0), ("2", "a", "Y", 1.0),
        ("3", "b", "X", 1.0), ("3", "b", "Y", 1.0),
        ("4", "c", "X", 1.0),
        ("5", None, "X", 1.0), ("5", None, "Z", 1.0),
    )  # fmt: skip
    assert rules(given)["X", "Y"]["confidence"] == 2 / 3
    by_order = rules(given, method="orders")
    # X stands in orders 1, 3, 4 and 5, with Y in order 3; c alone has X and lacks Y.
    assert by_order["X", "Y"]["confidence"] == 1 / 4
    assert by_order["X", "Y"]["support"] == 1 / 5
    assert by_order["X", "Y"]["accounts"] == 1.0
    assert ("X", "Z") not in by_order  # nobody is known to have a Z


def test_an_item_may_be_a_category_and_what_has_none_is_left_out():
    given = bought(a="XY", b="XYQ", c="ZQ", d="U")
    products = {"product": list("XYZU"), "category": ["Basic", "Pro", "Pro", None]}
    accounts = {"account_id": list("abcd"), "category": ["Gold"] * 4}
    tables = {"products": products, "accounts": accounts}
    found = rules(given, tables=tables, item="category")
    # Q is no product that is known, U has no category: a and b have both, c has Pro.
    assert set(found) == {("Basic", "Pro"), ("Pro", "Basic")}
    assert found["Pro", "Basic"]["support"] == 2 / 3
    with pytest.raises(UnknownName):
        rules(given, tables=tables, item="nosuch")
    for item in ("", "product, channel"):
        with pytest.raises(WrongValue, match="one column"):
            rules(given, item=item)


def test_conditions_and_the_period_choose_the_lines():
    given = bought(a="XY", b="XY", c="XZ")
    given["date"][0] = dt.date(2025, 1, 1)
    assert rules(given, period="2026")["X", "Y"]["confidence"] == 1 / 2
    assert rules(given, where="account_id<>b; product<>Z")["X", "Y"]["confidence"] == 1 / 2


def test_limits_are_arguments_or_settings():
    ten = bought(**{f"a{k}": "XY" if k < 2 else "X" for k in range(10)})
    assert set(rules(ten, support=0.2, confidence=0.2)) == {("X", "Y"), ("Y", "X")}
    assert set(rules(ten, support=0.2, confidence=0.21)) == {("Y", "X")}
    with pytest.raises(NotAvailable, match="10 baskets"):
        rules(ten, support=0.21)
    names = ["cross_sell_support", "cross_sell_confidence", "cross_sell_items"]
    for support, confidence, items, expected in ((0.2, 0.3, 1.0, 1), (0.1, 0.0, 1.0, 2)):
        settings = {"name": names, "value": [support, confidence, items]}
        assert len(cross_sell(model_with(orders=ten, settings=settings))) == expected


@pytest.mark.parametrize(
    "asked",
    [{"support": -0.1}, {"support": 1.1}, {"confidence": 2.0}, {"size": 0.0}, {"size": 5.0},
     {"top": 0.0}],
)  # fmt: skip
def test_limits_outside_their_range_are_refused(asked):
    with pytest.raises(OutOfDomain):
        rules(COMPANY, **asked)


def test_unknown_methods_and_views_are_refused():
    for asked in ({"method": "weeks"}, {"show": "products"}):
        with pytest.raises(WrongValue):
            rules(COMPANY, **asked)


def test_too_many_sets_and_too_many_rules_ask_for_higher_limits(monkeypatch):
    monkeypatch.setattr("xlcrm.stats.frequent_sets.MOST_SETS", 3)
    with pytest.raises(OutOfDomain, match="raise it"):
        rules(COMPANY)
    monkeypatch.undo()
    monkeypatch.setattr(rules_module, "MOST_ROWS", 3)
    with pytest.raises(OutOfDomain, match="rows of a sheet"):
        rules(COMPANY)
    assert len(rules(COMPANY, top=2.0)) == 2


def test_nothing_sold_is_no_rule():
    with pytest.raises(NotAvailable, match="net of returns"):
        rules(orders(("1", "a", "X", -1.0)))
    with pytest.raises(NotAvailable, match="no product"):
        rules(orders(("1", "a", None, 1.0)))


def generated(count=60, seed=4):
    chance = np.random.default_rng(seed)
    lines = [
        (f"O{k // 3}", f"A{chance.integers(25):02}", "PQRSTU"[chance.integers(6)],
         float(np.round(chance.normal(50, 60), 1)))
        for k in range(3 * count)
    ]  # fmt: skip
    return orders(*lines)


def test_the_order_of_rows_changes_no_bit():
    given = generated()
    for asked in ({}, {"show": "accounts", "top": 7.0}, {"method": "orders", "size": 3.0}):
        expected = cross_sell(model_with(orders=given), **LOOSE, **asked)
        for seed in range(3):
            found = cross_sell(model_with(orders=shuffled(given, seed)), **LOOSE, **asked)
            assert found.equals(expected)


def test_accounts_that_have_and_lack_are_those_with_the_first_part_less_those_with_both():
    found = rules(generated(), size=3.0)
    assert len(found) > 50
    for rule in found.values():
        assert rule["accounts"] == round(rule["baskets"] / rule["confidence"] - rule["baskets"])


def test_top_lists_the_first_of_all_in_whatever_blocks_they_are_found(monkeypatch):
    model = model_with(orders=generated())
    whole = cross_sell(model, show="accounts", **LOOSE)
    assert len(whole) > 20
    assert whole["expected"].is_monotonic_decreasing
    monkeypatch.setattr(offers_module, "_CELLS_AT_ONCE", 30)
    monkeypatch.setattr(offers_module, "_WORDS_AT_ONCE", 2)
    assert cross_sell(model, show="accounts", **LOOSE).equals(whole)
    some = cross_sell(model, show="accounts", top=8.0, **LOOSE)
    assert some.equals(whole.head(8))
    one_by_one = cross_sell(model, **LOOSE)
    monkeypatch.undo()
    assert cross_sell(model, **LOOSE).equals(one_by_one)
