"""What to offer each customer next."""

import itertools

import numpy as np
import pytest
from given import model_with, shuffled
from test_cross_sell import bought, generated, orders

from xlcrm.analytics.cross_selling import offers as offers_module
from xlcrm.analytics.cross_selling.next_best import next_best
from xlcrm.analytics.cross_selling.rules import cross_sell
from xlcrm.errors import NotAvailable, OutOfDomain

LOOSE = {"name": ["cross_sell_support", "cross_sell_confidence"], "value": [0.0, 0.0]}


def offered(given, **asked):
    return next_best(model_with(orders=given, settings=LOOSE), **asked)


def test_a_customer_is_offered_what_brings_most_not_what_is_surest():
    given = orders(
        ("1", "a", "X", 1.0), ("1", "a", "Y", 10.0), ("1", "a", "Z", 1000.0),
        ("2", "b", "X", 1.0), ("2", "b", "Y", 10.0),
        ("3", "c", "X", 1.0),
        ("4", "d", "U", 1.0), ("5", "e", "U", 1.0),
    )  # fmt: skip
    frame = offered(given, top=2.0)
    of_c = frame[frame["account_id"] == "c"]
    # With X: 2 of 3 have Y at 10, 1 of 3 has Z at 1000; lift 2/3 by 2/5, and 1/3 by 1/5.
    assert of_c[["rank", "offer", "because"]].to_numpy().tolist() == [
        [1.0, "Z", "X"],
        [2.0, "Y", "X"],
    ]
    assert of_c["expected"].tolist() == pytest.approx([1000 / 3, 20 / 3])
    assert of_c["lift"].tolist() == pytest.approx([5 / 3, 5 / 3])
    # b has Y too: 1 of 2 with Y has Z, surer than with X. With nothing but U there is no rule.
    first = frame[frame["account_id"] == "b"].iloc[0]
    assert (first["offer"], first["because"], first["expected"]) == ("Z", "X + Y", 500.0) or (
        first["because"] == "Y" and first["confidence"] == 0.5
    )
    assert set(frame["account_id"]) == {"b", "c"}
    assert frame["account_id"].tolist() == ["b", "c", "c"]


def test_of_equally_sure_reasons_the_one_with_more_baskets_speaks_then_the_first_name():
    given = bought(a="XYZ", b="XYZ", c="XY", d="Q", e="WZ", f="WYZ", g="WYX")
    frame = offered(given, top=5.0)
    told = {(row["account_id"], row["offer"]): row["because"] for _, row in frame.iterrows()}
    listed = cross_sell(
        model_with(orders=given, settings=LOOSE), show="accounts", top=1e6
    )  # the same engine lists every pair
    pairs = {(row["account_id"], row["lacks"]): row["has"] for _, row in listed.iterrows()}
    assert told == pairs


def by_loop(given, top):
    """One customer, one thing, one rule at a time, over net sales in tenths."""
    sales = {}
    for account, product, amount in zip(
        given["account_id"], given["product"], given["amount"], strict=True
    ):
        sales[account, product] = sales.get((account, product), 0) + round(10 * amount)
    had = {}
    for (account, product), tenths in sales.items():
        if tenths > 0:
            had.setdefault(account, set()).add(product)
    items = sorted(set().union(*had.values()))
    answer = []
    for account in had:
        offers = []
        for item in set(items) - had[account]:
            holders = [one for one in had if item in had[one]]
            basket = sum(sales[one, item] for one in holders) / 10 / len(holders)
            best = None
            for size in (1, 2):
                for first in itertools.combinations(sorted(had[account]), size):
                    having = [one for one in had if set(first) <= had[one]]
                    both = sum(item in had[one] for one in having)
                    if both * len(had) > len(having) * len(holders):
                        rule = (-both / len(having), -both, first)
                        best = rule if best is None else min(best, rule)
            if best:
                offers.append((-best[0] * basket, item, " + ".join(best[2])))
        offers.sort(key=lambda offer: (-offer[0], offer[1]))
        answer += [(offers[0][0], account, k + 1.0, *o) for k, o in enumerate(offers[:top])]
    answer.sort(key=lambda row: (-round(row[0], 9), row[1], row[2]))
    return [
        (account, rank, item, because, money) for _, account, rank, money, item, because in answer
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("top", [1, 3])
def test_the_offers_are_those_of_a_plain_loop(seed, top):
    given = generated(25, seed)
    expected = by_loop(given, top)
    frame = offered(given, top=float(top))
    columns = ["account_id", "rank", "offer", "because"]
    assert frame[columns].to_numpy().tolist() == [list(row[:4]) for row in expected]
    assert frame["expected"].tolist() == pytest.approx([row[4] for row in expected], rel=1e-12)
    assert np.allclose(frame["expected"], frame["confidence"] * frame["basket"], rtol=1e-15)
    assert (frame["lift"] > 1).all()


def test_blocks_of_customers_and_the_order_of_rows_change_no_bit(monkeypatch):
    given = generated()
    whole = offered(given, top=2.0)
    monkeypatch.setattr(offers_module, "_CELLS_AT_ONCE", 40)
    assert offered(given, top=2.0).equals(whole)
    assert offered(shuffled(given, 2), top=2.0).equals(whole)


def test_nobody_to_offer_anything_is_not_available():
    with pytest.raises(NotAvailable, match="no rule"):
        offered(bought(a="X", b="Y"))
    with pytest.raises(NotAvailable, match="lift above 1"):
        offered(bought(a="XY", b="XY", c="X", d="Y", e="X", f="Y"))
    with pytest.raises(OutOfDomain):
        offered(bought(a="XY"), top=0.5)
