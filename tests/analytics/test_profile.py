"""The typical best customer."""

import datetime as dt

import pytest
from given import model_with, shuffled
from scipy.stats import fisher_exact

from xlcrm.analytics.cross_selling.profile import profile
from xlcrm.errors import NotAvailable, OutOfDomain, UnknownName, WrongValue


def sales(**amounts):
    return {
        "order_id": [f"O{account}" for account in amounts],
        "account_id": list(amounts),
        "date": [dt.date(2026, 1, 1)] * len(amounts),
        "amount": list(amounts.values()),
    }


def company(**columns):
    """Twenty accounts, of which the first five bring four fifths of the sales."""
    ids = [f"a{k:02}" for k in range(20)]
    amounts = {account: 160.0 if k < 5 else 200 / 15 for k, account in enumerate(ids)}
    return model_with(accounts={"account_id": ids, **columns}, orders=sales(**amounts))


def rows(frame):
    return {(row["attribute"], row["is"]): row for _, row in frame.iterrows()}


INDUSTRY = ["Food"] * 4 + ["Health"] + ["Food"] * 2 + ["Health"] * 12 + [None]


def test_a_row_told_in_full():
    found = rows(profile(company(industry=INDUSTRY)))
    food = found["industry", "Food"]
    assert (food["best"], food["base"]) == (4.0, 6.0)
    assert (food["best_share"], food["base_share"]) == (4 / 5, 6 / 20)
    assert food["lift"] == pytest.approx((4 / 5) / (6 / 20), rel=1e-15)
    # Four of the five best, two of the fifteen others.
    assert food["p"] == pytest.approx(fisher_exact([[4, 1], [2, 13]]).pvalue, rel=1e-12)
    assert food["p"] == pytest.approx(0.0139319, abs=1e-7)
    # Three rows are three tests: the smallest p by three (Holm).
    assert food["adjusted"] == pytest.approx(3 * food["p"], rel=1e-12)
    assert food["finding"] == "typical"
    assert found["industry", "Health"]["finding"] == "no different"
    assert found["industry", "(blank)"]["best"] == 0.0


def test_what_the_best_are_never_is_untypical():
    found = rows(profile(company(type=["Distributor"] * 5 + ["Shop"] * 15)))
    assert found["type", "Distributor"]["finding"] == "typical"
    assert found["type", "Shop"]["finding"] == "untypical"
    assert found["type", "Shop"]["lift"] == 0.0


def test_numbers_are_cut_at_the_quartiles_of_all_accounts():
    size = [40.0, 38.0, 36.0, 34.0, None, *(float(k) for k in range(2, 32, 2))]
    found = profile(company(size=size), by="size")
    # 19 numbers: the 5th, 10th and 15th are 10, 20 and 30; the best known ones lie above 30.
    assert sorted(found["is"]) == [
        "(blank)", "above 10 to 20", "above 20 to 30", "above 30", "up to 10",
    ]  # fmt: skip
    found = rows(found)
    assert found["size", "above 30"]["best"] == found["size", "above 30"]["base"] == 4.0
    assert [found["size", one]["base"] for one in ("up to 10", "above 10 to 20")] == [5.0, 5.0]
    assert found["size", "(blank)"]["base_share"] == 1 / 20


def test_quartiles_that_coincide_make_fewer_groups():
    found = profile(company(size=[5.0] * 15 + [7.0] * 5), by="size")
    assert sorted(found["is"]) == ["5", "above 5"]
    assert profile(company(size=[5.0] * 20), by="size")["is"].tolist() == ["5"]


def test_days_are_cut_as_numbers_are():
    created = [dt.date(2020, 1, 1 + k) for k in range(20)]
    found = profile(company(created=created), by="created")
    assert sorted(found["is"]) == [
        "above 2020-01-05 to 2020-01-10", "above 2020-01-10 to 2020-01-15", "above 2020-01-15",
        "up to 2020-01-05",
    ]  # fmt: skip
    first = found.iloc[0]
    assert (first["is"], first["best"]) == ("up to 2020-01-05", 5.0)


def test_attributes_stand_in_their_order_and_the_highest_lift_first():
    model = company(
        industry=INDUSTRY,
        type=["Shop"] * 20,
        size=[float(k) for k in range(20)],
        region=[None] * 20,
    )
    found = profile(model)
    assert found["attribute"].drop_duplicates().tolist() == ["type", "industry", "size"]
    for _, part in found.groupby("attribute"):
        assert part["lift"].is_monotonic_decreasing
    assert profile(model, by="size, industry")["attribute"].drop_duplicates().tolist() == [
        "size", "industry",
    ]  # fmt: skip


def test_every_attribute_parts_the_best_and_the_base():
    model = company(industry=INDUSTRY, size=[float(k % 7) for k in range(20)])
    for _, part in profile(model).groupby("attribute"):
        assert part["best"].sum() == 5.0
        assert part["base"].sum() == 20.0
        assert part["best_share"].sum() == pytest.approx(1.0)


def test_conditions_period_and_share_choose_the_best_and_not_the_base():
    model = company(industry=INDUSTRY)
    found = rows(profile(model, where="industry=Health", share=0.3))
    assert found["industry", "Health"]["best_share"] == 1.0
    assert found["industry", "Health"]["base"] == 13.0
    assert rows(profile(model, share=0.1))["industry", "Food"]["best"] == 1.0
    with pytest.raises(NotAvailable):
        profile(model, period="2025")
    with pytest.raises(OutOfDomain):
        profile(model, share=1.5)


def test_accounts_that_tell_nothing_have_no_profile():
    for columns in ({}, {"industry": [None] * 20}):
        with pytest.raises(NotAvailable, match="nothing"):
            profile(company(**columns))
    with pytest.raises(UnknownName):
        profile(company(), by="nosuch")


def test_the_best_are_told_in_accounts_and_once():
    accounts = {"account_id": ["x", "y"], "industry": ["Food", "Food"]}
    with pytest.raises(NotAvailable, match="compare the ids"):
        profile(model_with(accounts=accounts, orders=sales(a=1.0)))
    twice = {"account_id": ["x", "x"], "industry": ["Food", "Food"]}
    with pytest.raises(WrongValue, match="second row"):
        profile(model_with(accounts=twice, orders=sales(x=1.0)))
    with pytest.raises(NotAvailable, match="positive"):
        profile(model_with(accounts=accounts, orders=sales(x=-1.0)))


def test_the_order_of_rows_changes_no_bit():
    ids = [f"a{k:02}" for k in range(20)]
    accounts = {"account_id": ids, "industry": INDUSTRY, "size": [k % 7 / 10 for k in range(20)]}
    orders = sales(**{account: 1.0 + k % 9 for k, account in enumerate(ids)})
    expected = profile(model_with(accounts=accounts, orders=orders))
    for seed in range(3):
        model = model_with(accounts=shuffled(accounts, seed), orders=shuffled(orders, seed))
        assert profile(model).equals(expected)
