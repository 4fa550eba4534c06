"""The few accounts that bring most of the sales."""

import datetime as dt

import pytest
from customers_given import AS_OF, customers
from given import model_with, shuffled

from xlcrm.analytics.customers.key_accounts import key_accounts
from xlcrm.errors import NotAvailable, OutOfDomain, UnknownName, WrongValue, ZeroDenominator


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


# ── groups ──────────────────────────────────────────────────────────────────────────────────

TYPES = {
    "account_id": ["a", "b", "c", "d", "e"],
    "type": ["Shop", "Shop", "Distributor", "Shop", "Distributor"],
}


def grouped(given, by="type", **asked):
    settings = {"name": ["key_accounts_per_group"], "value": [asked.pop("per_group", 5.0)]}
    model = model_with(orders=given, accounts=TYPES, settings=settings)
    return key_accounts(model, by, **asked)


def test_each_group_is_ranked_by_itself():
    frame = grouped(orders(a=[10.0], b=[70.0], c=[5.0], d=[20.0], e=[15.0]))
    assert frame.columns.tolist()[:3] == ["type", "rank", "account_id"]
    assert frame["type"].tolist() == ["Distributor"] * 2 + ["Shop"] * 3
    assert frame["rank"].tolist() == [1.0, 2.0, 1.0, 2.0, 3.0]
    assert frame["account_id"].tolist() == ["e", "c", "b", "d", "a"]
    assert frame["share"].tolist() == [0.75, 0.25, 0.7, 0.2, 0.1]
    assert frame["cumulative"].tolist() == [0.75, 1.0, 0.7, pytest.approx(0.9), 1.0]
    assert frame["class"].tolist() == ["A", "A", "A", "A", "B"]


def test_of_each_group_as_many_are_listed_as_the_setting_says():
    given = orders(a=[10.0], b=[70.0], c=[5.0], d=[20.0], e=[15.0])
    assert grouped(given, per_group=1.0)["account_id"].tolist() == ["e", "b"]
    assert grouped(given, per_group=1.0, top=2.0)["account_id"].tolist() == ["e", "c", "b", "d"]
    assert len(grouped(given, by="", per_group=1.0)) == 5


def test_a_group_without_positive_sales_has_no_shares():
    frame = grouped(orders(a=[10.0], c=[-5.0], e=[0.0]))
    assert frame["class"].tolist() == ["none", "none", "A"]
    assert frame["share"].isna().tolist() == [True, True, False]
    with pytest.raises(ZeroDenominator):
        grouped(orders(a=[-1.0], c=[-5.0]))


def test_accounts_that_nobody_entered_are_a_group_of_their_own():
    frame = grouped(orders(a=[10.0], z=[5.0]))
    assert frame["type"].tolist() == ["(not in accounts)", "Shop"]


def test_groups_that_accounts_do_not_tell_are_refused():
    given = orders(a=[10.0])
    with pytest.raises(UnknownName):
        grouped(given, by="nosuch")
    with pytest.raises(WrongValue, match="account_id"):
        grouped(given, by="account_id")
    with pytest.raises(NotAvailable, match="accounts"):
        key_accounts(model_with(orders=given), "type")


def test_shares_of_each_group_add_up_to_one_and_classes_follow_the_cumulative_share():
    model = model_with(AS_OF.date(), **customers(600))
    for by in ("", "type", "segment, region"):
        frame = key_accounts(model, by, top=1e6)
        names = frame.columns.tolist()[: frame.columns.get_loc("rank")]
        groups = frame.groupby(names) if names else [((), frame)]
        for _, part in groups:
            assert part["share"].sum() == pytest.approx(1.0, abs=1e-12)
            buying = part[part["class"] != "none"]
            assert buying["cumulative"].iloc[-1] == pytest.approx(1.0, abs=1e-12)
            assert buying["revenue"].is_monotonic_decreasing
            class_a = buying[buying["class"] == "A"]
            assert class_a["share"].sum() >= 0.8 - 1e-12
            assert class_a["share"].iloc[:-1].sum() < 0.8


# ── this year, as it is likely to end ───────────────────────────────────────────────────────


def dated(*lines):
    """Orders of account, day and amount."""
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [line[0] for line in lines],
        "date": [dt.date.fromisoformat(line[1]) for line in lines],
        "amount": [float(line[2]) for line in lines],
    }


def projected(given, as_of, **settings):
    table = {"name": list(settings), "value": list(settings.values())}
    more = {"settings": table} if settings else {}
    frame = key_accounts(
        model_with(dt.date.fromisoformat(as_of), orders=given, **more), method="Projected"
    )
    return dict(zip(frame["account_id"], frame["revenue"], strict=True))


def test_a_projection_is_this_year_so_far_and_the_same_rest_of_last_year():
    given = dated(
        ("a", "2025-12-31", 1), ("a", "2026-01-01", 2), ("a", "2026-03-15", 4),
        ("a", "2026-03-16", 1000),  # ahead of as_of
        ("b", "2025-03-15", 1000), ("b", "2025-03-16", 8), ("b", "2024-12-31", 1000),
        ("c", "2025-06-01", 20), ("c", "2026-02-01", -5),
    )  # fmt: skip
    assert projected(given, "2026-03-15") == {"c": 15.0, "b": 8.0, "a": 7.0}


def test_a_fiscal_year_starts_when_the_setting_says():
    given = dated(
        ("a", "2025-10-01", 1), ("a", "2025-09-30", 2), ("a", "2025-03-16", 4),
        ("a", "2025-03-15", 8), ("a", "2026-03-15", 16),
    )  # fmt: skip
    assert projected(given, "2026-03-15", fy_start=10.0) == {"a": 1.0 + 2.0 + 4.0 + 16.0}


def test_on_the_last_day_of_the_year_nothing_is_added():
    given = dated(("a", "2025-12-31", 1), ("a", "2026-12-31", 2), ("a", "2026-05-05", 4))
    assert projected(given, "2026-12-31") == {"a": 6.0}


def test_whole_months_answer_to_whole_months_in_leap_years():
    given = dated(("a", "2024-02-29", 1), ("a", "2024-03-01", 2), ("a", "2025-02-28", 4))
    assert projected(given, "2025-02-28") == {"a": 6.0}
    given = dated(("a", "2023-02-28", 1), ("a", "2023-03-01", 2), ("a", "2024-02-29", 4))
    assert projected(given, "2024-02-29") == {"a": 6.0}


def test_a_projection_is_ranked_by_groups_too():
    given = orders(a=[10.0], b=[70.0], c=[5.0], d=[20.0], e=[15.0])
    assert grouped(given, method="projected").equals(grouped(given))


def test_an_unknown_method_is_refused():
    with pytest.raises(WrongValue, match="projected"):
        key_accounts(model_with(orders=orders(a=[1.0])), method="projection")


@pytest.mark.parametrize("asked", [{}, {"method": "projected"}])
def test_the_order_of_rows_changes_no_bit_of_groups(asked):
    tables = customers(400)
    expected = key_accounts(model_with(AS_OF.date(), **tables), "type, region", **asked)
    for seed in range(3):
        mixed = {kind: shuffled(columns, seed) for kind, columns in tables.items()}
        found = key_accounts(model_with(AS_OF.date(), **mixed), "type, region", **asked)
        assert found.equals(expected)
