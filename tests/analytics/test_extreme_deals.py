"""CRM_EXTREME_DEALS against deviations worked out by hand."""

import pandas as pd
import pytest
from given import AS_OF, company, model_with, shuffled

from xlcrm.analytics.pipeline.extreme_deals import extreme_deals
from xlcrm.errors import CrmError, NotAvailable, OutOfDomain, WrongValue

Z = 1 / 1.482602218505602
"""Robust deviations of a value that lies one median absolute deviation away."""


def day(number):
    return pd.Timestamp("2026-01-01") + pd.Timedelta(days=number)


def deals(amounts=(), status="won", first=1, cycles=None, **columns):
    """Deals of one outcome, closed on 10 February, with amounts or cycles in days."""
    count = len(amounts or cycles)
    created = [None if k is None else day(40 - k) for k in cycles or [None] * count]
    given = {
        "deal_id": [f"D{k + first}" for k in range(count)],
        "account_id": ["A"] * count,
        "owner": ["Ann"] * count,
        "stage": ["Lead"] * count,
        "status": [status] * count,
        "amount": list(amounts) or [None] * count,
        "created": created,
        "expected_close": [None] * count,
        "closed_on": [day(40)] * count,
    }
    return given | columns


def joined(one, other):
    return {name: one[name] + other[name] for name in one}


def found(table, period="", top=5.0, where="", as_of=AS_OF, **tables):
    return extreme_deals(model_with(as_of, deals=table, **tables), where, period, top)


def listed(answer):
    columns = ["side", "deal_id", "measure", "value", "median", "deviation", "extreme"]
    return answer[columns].to_numpy(dtype=object).tolist()


AMOUNTS = [100.0, 200.0, 400.0, 800.0, 51_200.0]
"""Doubled 0, 1, 2, 3 and 9 times: from the median 2, 1, 0, 1 and 7 doublings; the median is 1."""


def test_amounts_are_compared_on_a_log_scale():
    answer = found(deals(AMOUNTS))
    assert list(answer.columns) == [
        "side", "deal_id", "account_id", "owner", "outcome", "measure", "value", "median",
        "deviation", "extreme", "reason", "unchecked",
    ]  # fmt: skip
    assert listed(answer) == [
        ["exceptional", "D5", "amount", 51_200, 400, pytest.approx(7 * Z), True],
        ["exceptional", "D4", "amount", 800, 400, pytest.approx(Z), False],
        ["weak", "D1", "amount", 100, 400, pytest.approx(-2 * Z), False],
        ["weak", "D2", "amount", 200, 400, pytest.approx(-Z), False],
    ]
    assert answer["reason"][0] == (
        "amount 51,200, usual for deals won is 400 (median of 5): 4.7 robust deviations above"
    )
    assert answer["outcome"].tolist() == ["won"] * 4
    assert answer["unchecked"][0] == (
        "fewer than 5 have: margin of deals won, cycle of deals won, discount of deals won, "
        "amount of deals lost, cycle of deals lost"
    )


@pytest.mark.parametrize(("limit", "extreme"), [(4.0, True), (5.0, False)])
def test_the_limit_of_extremes_is_a_setting(limit, extreme):
    settings = {"name": ["outlier_limit"], "value": [limit]}
    assert found(deals(AMOUNTS), settings=settings)["extreme"][0] == extreme


def test_a_short_cycle_is_exceptional_and_a_long_one_weak():
    # from the median 10: 4, 2, 0, 2, 20; the median of these is 2
    answer = found(deals(cycles=[6, 8, 10, 12, 30]))
    assert listed(answer) == [
        ["exceptional", "D1", "cycle", 6, 10, pytest.approx(-2 * Z), False],
        ["exceptional", "D2", "cycle", 8, 10, pytest.approx(-Z), False],
        ["weak", "D5", "cycle", 30, 10, pytest.approx(10 * Z), True],
        ["weak", "D4", "cycle", 12, 10, pytest.approx(Z), False],
    ]
    assert "cycle 30 days, usual for deals won is 10 days (median of 5)" in answer["reason"][2]


def test_where_most_deals_are_alike_the_mean_deviation_stands_in():
    # 10, 10, 10, 10, 20: mean deviation 2, so 10 / (1.2533 * 2)
    answer = found(deals(cycles=[10, 10, 10, 10, 20]))
    assert listed(answer) == [["weak", "D5", "cycle", 20, 10, pytest.approx(3.9894228), True]]


def test_deals_that_are_all_alike_are_not_listed():
    assert found(deals([5.0] * 6)).empty


def orders(**lines):
    columns = {"order_id": [], "account_id": [], "date": [], "amount": [], "deal_id": []}
    columns |= {name: [] for name in ("cost", "quantity", "list_price")}
    for deal, some in lines.items():
        for line in some:
            given = {"order_id": deal, "account_id": "A", "date": day(41), "deal_id": deal} | line
            for name, cells in columns.items():
                cells.append(given.get(name))
    return columns


def test_a_margin_is_that_of_the_order_lines_that_have_a_cost():
    sold = orders(
        D1=[{"amount": 60.0, "cost": 30.0}, {"amount": 40.0, "cost": 30.0}, {"amount": 7.0}],
        D2=[{"amount": 100.0, "cost": 50.0}],
        D3=[{"amount": 100.0, "cost": 50.0}],
        D4=[{"amount": 100.0, "cost": 40.0}],
        D5=[{"amount": 100.0, "cost": 90.0}],
        D9=[{"amount": 100.0, "cost": 1.0}],
    )
    answer = found(deals([1.0] * 6), orders=sold)  # D6 has no order
    # margins 0.4, 0.5, 0.5, 0.6, 0.1; from 0.5: 0.1, 0, 0, 0.1, 0.4; the median is 0.1
    assert listed(answer) == [
        ["exceptional", "D4", "margin", 0.6, 0.5, pytest.approx(Z), False],
        ["weak", "D5", "margin", 0.1, 0.5, pytest.approx(-4 * Z), False],
        ["weak", "D1", "margin", 0.4, 0.5, pytest.approx(-Z), False],
    ]
    assert "margin 10%, usual for deals won is 50% (median of 5)" in answer["reason"][1]


def test_a_discount_is_that_of_lines_with_a_list_price_and_a_quantity():
    sold = orders(
        **{
            f"D{k + 1}": [{"amount": amount, "list_price": 50.0, "quantity": 2.0}]
            for k, amount in enumerate([95.0, 90.0, 90.0, 85.0, 50.0])
        },
        D6=[{"amount": 5.0, "list_price": 50.0}, {"amount": 5.0, "quantity": 50.0}],
    )
    answer = found(deals([1.0] * 6), orders=sold)
    # discounts 0.05, 0.1, 0.1, 0.15, 0.5; from 0.1: 0.05, 0, 0, 0.05, 0.4; the median is 0.05
    assert listed(answer) == [
        ["exceptional", "D1", "discount", 0.05, 0.1, pytest.approx(-Z), False],
        ["weak", "D5", "discount", 0.5, 0.1, pytest.approx(8 * Z), True],
        ["weak", "D4", "discount", 0.15, 0.1, pytest.approx(Z), False],
    ]


def test_a_rounding_error_in_a_share_is_no_deviation():
    sold = orders(
        **{
            f"D{k + 1}": [{"amount": 0.8 * listed_, "list_price": listed_, "quantity": 1.0}]
            for k, listed_ in enumerate([0.1, 0.3, 0.7, 1.1, 3.3, 7.7])
        }
    )
    assert found(deals([1.0] * 6), orders=sold).empty


def test_of_lost_deals_only_the_large_and_the_long_are_weak():
    lost = deals([*AMOUNTS], status="lost", cycles=[6, 8, 10, 12, 30])
    assert listed(found(lost)) == [
        ["weak", "D5", "cycle", 30, 10, pytest.approx(10 * Z), True],
        ["weak", "D4", "amount", 800, 400, pytest.approx(Z), False],
    ]


def test_deals_are_compared_with_those_of_the_same_outcome():
    table = joined(deals(AMOUNTS), deals([a * 1000 for a in AMOUNTS], status="lost", first=6))
    answer = found(table)
    assert set(answer["median"][answer["outcome"] == "won"]) == {400}
    assert set(answer["median"][answer["outcome"] == "lost"]) == {400_000}


def test_a_deal_stands_once_on_a_side_with_what_deviates_most():
    table = deals(AMOUNTS, cycles=[30, 12, 10, 8, 6])
    # D5: 7 deviations by amount and 2 by cycle; D1: 10 by cycle and 2 by amount
    assert [row[1:3] for row in listed(found(table))] == [
        ["D5", "amount"], ["D4", "amount"], ["D1", "cycle"], ["D2", "amount"],
    ]  # fmt: skip


def test_a_deal_may_stand_on_both_sides():
    table = deals(AMOUNTS, cycles=[10, 8, 12, 6, 30])
    assert [row[:3] for row in listed(found(table, top=1.0))] == [
        ["exceptional", "D5", "amount"], ["weak", "D5", "cycle"],
    ]  # fmt: skip


def test_equal_deviations_are_listed_by_deal():
    table = deals([100.0, 100.0, 10.0, 10.0, 10.0, 1.0, 1.0])
    assert listed(found(table, top=1.0))[0][1] == "D1"
    assert listed(found(shuffled(table, 4), top=1.0))[0][1] == "D1"


def test_amounts_and_cycles_that_cannot_be_are_not_compared():
    table = deals([*AMOUNTS, 0.0, -5.0, None], cycles=[None] * 7 + [-3])
    assert {row[1] for row in listed(found(table))} == {"D1", "D2", "D4", "D5"}


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 4),
        ({"period": "2026-02"}, 4),
        ({"period": "2026-01"}, 0),
        ({"where": "amount>60000"}, 0),
    ],
)
def test_period_and_conditions_choose_the_deals(asked, count):
    if count:
        assert len(found(deals(AMOUNTS), **asked)) == count
    else:
        with pytest.raises(NotAvailable, match="0 closed deals match"):
            found(deals(AMOUNTS), **asked)


def test_deals_that_close_after_the_day_of_looking_are_not_closed_yet():
    table = deals([*AMOUNTS, 1e9], closed_on=[day(40)] * 5 + [day(400)])
    assert "D6" not in found(table)["deal_id"].tolist()
    unknown = deals([*AMOUNTS, 1e9], closed_on=[day(40)] * 5 + [None])
    assert found(unknown)["deal_id"][0] == "D6"


def test_fewer_than_five_closed_deals_are_not_available():
    with pytest.raises(NotAvailable, match="4 closed deals match; it takes 5"):
        found(deals(AMOUNTS[:4]))


def test_five_closed_deals_without_any_measure_are_not_available():
    with pytest.raises(NotAvailable, match="no measure"):
        found(deals([None] * 5))


@pytest.mark.parametrize(
    ("asked", "error"), [({"top": 0.0}, OutOfDomain), ({"period": "soon"}, WrongValue)]
)
def test_wrong_arguments_are_refused(asked, error):
    with pytest.raises(error):
        found(deals(AMOUNTS), **asked)


def test_blank_names_are_shown_as_such():
    table = deals(AMOUNTS, owner=[None] * 5, deal_id=[None, "D2", "D3", "D4", None])
    answer = found(table)
    assert answer["deal_id"].tolist() == ["(blank)", "D4", "(blank)", "D2"]
    assert set(answer["owner"]) == {""}


def test_currencies_are_never_compared():
    with pytest.raises(CrmError, match="mixed currencies"):
        found(deals(AMOUNTS, currency=["EUR", "USD", "EUR", "EUR", "EUR"]))


def test_no_order_of_rows_changes_a_figure():
    tables = company(150)
    tables["orders"]["deal_id"] = tables["deals"]["deal_id"]
    mixed = {kind: shuffled(columns, 5) for kind, columns in tables.items()}
    one, other = (extreme_deals(model_with(AS_OF, **t)) for t in (tables, mixed))
    assert len(one) == 10
    assert one.to_dict("list") == other.to_dict("list")
