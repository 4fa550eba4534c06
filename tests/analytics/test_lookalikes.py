"""Prospects like the best customers."""

import pytest
from given import model_with, shuffled
from test_profile import sales

from xlcrm.analytics.cross_selling.lookalikes import lookalikes
from xlcrm.errors import NotAvailable, OutOfDomain

ACCOUNTS = {
    "account_id": ["big", "mid", "small", "p1", "p2", "p3", "p4"],
    "industry": ["Food", "Health", "Steel", "Food", "Health", "Steel", None],
    "region": ["North", "South", "East", "North", "North", None, None],
    "size": [100.0, 60.0, 5.0, 90.0, None, 0.0, None],
    "owner": [None, "Ann", "Ann", "Bob", None, "Ann", "Ann"],
}
ORDERS = sales(big=500.0, mid=400.0, small=50.0)


def settings(neighbours):
    return {"name": ["lookalike_neighbours"], "value": [float(neighbours)]}


def listed(accounts=ACCOUNTS, orders=ORDERS, neighbours=1, **asked):
    model = model_with(accounts=accounts, orders=orders, settings=settings(neighbours))
    return lookalikes(model, **asked)


def test_prospects_are_ranked_by_gowers_similarity_to_the_best():
    # The best are big and mid. Sizes of best and prospects range from 0 to 100.
    # p1 to big: industry 1, region 1, size 0.9. p2 to big: region only, 1 of 2; to mid: industry
    # only, 1 of 2. p3 to mid: industry 0, size 0.4; to big: 0 and 0. p4 tells nothing.
    assert listed().to_numpy().tolist() == [
        [1.0, "p1", "Bob", pytest.approx(2.9 / 3), "big", "region, industry, size", "", 3.0],
        [2.0, "p2", "", 0.5, "big", "region", "industry", 2.0],
        [3.0, "p3", "Ann", pytest.approx(0.2), "mid", "", "industry, size", 2.0],
    ]  # fmt: skip


def test_the_similarity_is_a_mean_over_the_neighbours_most_alike():
    frame = listed(neighbours=2)
    # p1 to mid: 0, 0 and 0.7; p2 to both: 0.5.
    assert frame["similarity"].tolist() == pytest.approx([(2.9 / 3 + 0.7 / 3) / 2, 0.5, 0.1])
    assert listed(neighbours=50).equals(frame)


def test_of_equal_ones_the_one_compared_in_more_stands_first_then_the_first_by_name():
    accounts = {
        "account_id": ["big", "z", "y", "x"],
        "industry": ["Food"] * 4,
        "region": ["North", "North", None, None],
    }
    frame = listed(accounts, sales(big=1.0))
    assert frame["account_id"].tolist() == ["z", "x", "y"]
    assert frame["similarity"].tolist() == [1.0] * 3
    assert frame["compared"].tolist() == [2.0, 1.0, 1.0]


def test_a_condition_chooses_prospects_and_changes_no_similarity():
    whole = listed().set_index("account_id")["similarity"]
    for where in ("industry=Health", "size<>0", "region=North", "owner=Ann"):
        for _, row in listed(where=where).iterrows():
            assert row["similarity"] == whole[row["account_id"]]
    assert listed(where="industry=Health")["account_id"].tolist() == ["p2"]
    assert listed(top=1.0)["account_id"].tolist() == ["p1"]


def test_a_type_that_only_parts_prospects_from_customers_is_not_compared():
    types = ["Customer"] * 3 + ["Prospect"] * 4
    assert listed(ACCOUNTS | {"type": types}).equals(listed())
    mixed = listed(ACCOUNTS | {"type": ["Shop"] * 7})
    assert mixed["account_id"].tolist() == ["p4", "p1", "p2", "p3"]
    assert mixed["compared"].tolist() == [1.0, 4.0, 3.0, 3.0]
    asked = listed(ACCOUNTS | {"type": types}, by="type, industry")
    assert asked["differs_in"].tolist()[0] == "type"


def test_a_segment_is_compared_only_where_it_is_named():
    accounts = ACCOUNTS | {"segment": ["Gold"] * 7}
    assert listed(accounts).equals(listed())
    assert listed(accounts, by="segment")["similarity"].tolist() == [1.0] * 4


def test_who_bought_outside_the_period_is_no_prospect():
    orders = {name: list(cells) for name, cells in sales(big=500.0, p1=9.0).items()}
    orders["date"][1] = orders["date"][1].replace(year=2024)
    assert "p1" not in listed(orders=orders, period="2026")["account_id"].tolist()


def test_what_cannot_be_compared_is_not_available():
    with pytest.raises(NotAvailable, match="no prospects"):
        listed(orders=sales(**dict.fromkeys(ACCOUNTS["account_id"], 1.0)))
    with pytest.raises(NotAvailable, match="no prospect"):
        listed(where="industry=Food; region<>North")
    with pytest.raises(NotAvailable, match="compared"):
        listed(ACCOUNTS | {"size": [1.0, 1.0, 1.0] + [None] * 4}, by="size")
    with pytest.raises(NotAvailable, match="no prospect tells"):
        listed(where="account_id=p4")
    with pytest.raises(NotAvailable, match="compare the ids"):
        listed(orders=sales(other=1.0))
    for asked in ({"top": 0.0}, {"share": 0.0}):
        with pytest.raises(OutOfDomain):
            listed(**asked)


def test_deals_won_make_best_customers_too():
    deals = {
        "deal_id": ["1", "2"],
        "account_id": ["big", "p1"],
        "owner": ["x"] * 2,
        "created": [45_000.0] * 2,
        "stage": ["s"] * 2,
        "status": ["won", "lost"],
        "amount": [3.0, 100.0],
        "expected_close": [46_000.0] * 2,
        "closed_on": [46_000.0] * 2,
    }
    frame = lookalikes(model_with(accounts=ACCOUNTS, deals=deals))
    assert frame["account_id"].iloc[0] == "p1"
    assert set(frame["like"]) == {"big"}


def test_the_order_of_rows_changes_no_bit():
    expected = listed(neighbours=2)
    for seed in range(4):
        assert listed(shuffled(ACCOUNTS, seed), shuffled(ORDERS, seed), 2).equals(expected)
