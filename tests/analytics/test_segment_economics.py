"""What it costs to win a customer, told from raw orders, spend, activities and sellers."""

import datetime as dt
import math

import pandas as pd
import pytest
from customers_given import AS_OF, customers
from given import model_with

from xlcrm.analytics.segments.economics import UNSHARED
from xlcrm.analytics.segments.explain_segments import explain_segments
from xlcrm.analytics.segments.lag import windows
from xlcrm.analytics.segments.segments import segments
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue

MARCH = dt.date(2026, 3, 31)
COSTS = ("orders", "accounts", "deals", "activities", "sellers", "spend")


def day(text):
    return pd.Timestamp(text)


def planted():
    """Gold: 10 new, 50,000 to win them, 6,000 margin each. Silver: 20 new, 3,000, 1,500 each.

    First deals take 30 days, so the costs of a March are those of 30 January to 1 March.
    """
    of = {f"G{k}": ("Gold", 10_000.0, 4_000.0) for k in range(10)}
    of |= {f"S{k}": ("Silver", 2_000.0, 500.0) for k in range(20)}
    count = len(of)
    orders = {
        "order_id": [f"O{name}" for name in of],
        "account_id": list(of),
        "date": [day("2026-03-01") + pd.Timedelta(days=k) for k in range(count)],
        "amount": [amount for _, amount, _ in of.values()],
        "cost": [cost for _, _, cost in of.values()],
    }
    deals = {
        "deal_id": [f"D{name}" for name in of],
        "account_id": list(of),
        "owner": ["Ann"] * count,
        "created": [one - pd.Timedelta(days=30) for one in orders["date"]],
        "stage": ["Won"] * count,
        "amount": orders["amount"],
        "expected_close": orders["date"],
        "closed_on": orders["date"],
        "status": ["won"] * count,
    }
    accounts = {
        "account_id": [*of, "PG"],
        "segment": [*(segment for segment, _, _ in of.values()), "Gold"],
    }
    spend = {
        "date": [day(one) for one in
                 ("2026-01-30", "2026-02-20", "2026-02-05", "2026-02-05", "2026-01-29",
                  "2026-03-02")],
        "category": ["Marketing", "marketing", "marketing", "sales", "marketing", "marketing"],
        "amount": [10_000.0, 20_000.0, 2_000.0, 7_000.0, 900.0, 800.0],
        "segment": ["Gold", "gold", "Silver", "Gold", "Gold", "Silver"],
    }  # fmt: skip
    # Gold: 200 hours at 60 with G0, through the deal of G1 and with a prospect never won, and
    # 8,000 paid beside; Silver: 20 hours at 50. What follows an order is no acquisition.
    activities = {
        "date": [day(one) for one in
                 ("2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04", "2026-03-01",
                  "2026-01-15")],
        "owner": ["Ann", "ann", "Ann", "Bob", "Ann", "Bob"],
        "kind": ["visit"] * 6,
        "account_id": ["G0", None, "PG", "S1", "G0", "S1"],
        "deal_id": [None, "DG1", None, None, None, None],
        "minutes": [6_000.0, 3_000.0, 3_000.0, 1_200.0, 6_000.0, 6_000.0],
        "cost": [None, 8_000.0, None, None, 5_000.0, None],
    }  # fmt: skip
    sellers = {"owner": ["Ann", "Bob"], "hourly_cost": [60.0, 50.0]}
    return {"orders": orders, "deals": deals, "accounts": accounts, "spend": spend,
            "activities": activities, "sellers": sellers}  # fmt: skip


def asked(tables, period="2026-03", by="segment", as_of=MARCH, **options):
    frame = segments(model_with(as_of, **tables), by, "", period, show="economics", **options)
    return {row[by]: row for _, row in frame.iterrows()}


def test_the_segment_with_the_larger_margin_loses_after_what_its_customers_cost():
    answer = asked(planted())
    gold, silver = answer["Gold"], answer["Silver"]
    figures = ["new_customers", "marketing", "seller_time", "cac", "margin_per_customer",
               "net_per_new", "rank_before", "rank_after"]  # fmt: skip
    assert gold[figures].tolist() == [10, 30_000, 20_000, 5_000, 6_000, 1_000, 1, 2]
    assert silver[figures].tolist() == [20, 2_000, 1_000, 150, 1_500, 1_350, 2, 1]
    assert gold["finding"] == "first by margin, second after acquisition cost: falls behind Silver"
    assert silver["finding"] == "second by margin, first after acquisition cost: passes Gold"
    assert list(answer) == ["Gold", "Silver"]


def test_payback_is_counted_in_months_of_margin():
    # 31 days are 31 / 30.4375 months: Gold earns 6,000 in them and costs 5,000.
    assert asked(planted())["Gold"]["payback"] == pytest.approx(5_000 / 6_000 * 31 / 30.4375)


def test_the_lag_is_the_median_of_first_deals_and_may_be_given():
    model = model_with(MARCH, **planted())
    found = windows(model, "2026-03", None)
    assert (found.lag, found.spent.first, found.spent.last) == (
        30, dt.date(2026, 1, 30), dt.date(2026, 3, 1))  # fmt: skip
    given = asked(planted(), lag=0.0)
    assert (given["Gold"]["marketing"], given["Silver"]["marketing"]) == (0.0, 800.0)
    assert given["Gold"]["seller_time"] == 0.0


def test_only_the_first_deal_of_an_account_tells_the_lag():
    tables = planted()
    second = {"deal_id": "DX", "account_id": "G0", "owner": "Ann", "created": day("2026-03-02"),
              "stage": "Won", "amount": 1.0, "expected_close": day("2026-03-30"),
              "closed_on": day("2026-03-30"), "status": "won"}  # fmt: skip
    short = {name: [*cells, *[second[name]] * 40] for name, cells in tables["deals"].items()}
    short["deal_id"] = [f"D{k}" for k in range(len(short["deal_id"]))]
    assert windows(model_with(MARCH, **tables | {"deals": short}), "2026-03", None).lag == 30


def test_without_deals_there_is_no_lag_and_it_is_said():
    tables = {name: cells for name, cells in planted().items() if name != "deals"}
    found = windows(model_with(MARCH, **tables), "2026-03", None)
    assert (found.lag, found.words) == (0, "no deals tell one")


def test_spend_entered_by_the_month_is_shifted_by_whole_months():
    tables = planted()
    tables["spend"]["date"] = [day(one) for one in ("2026-01-01", "2026-02-01", "2026-02-01",
                               "2026-02-01", "2026-03-01", "2026-03-01")]  # fmt: skip
    found = windows(model_with(MARCH, **tables), "2026-03", None)
    assert (found.spent.first, found.spent.last) == (dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert asked(tables)["Gold"]["marketing"] == 20_000.0


def untagged():
    """12,000 that name no segment; in the lagged window 10 opportunities are Gold, 20 Silver."""
    tables = planted()
    tables["spend"] = {"date": [day("2026-02-10")], "category": ["marketing"],
                       "amount": [12_000.0], "segment": [None]}  # fmt: skip
    return tables


def test_spend_without_a_segment_is_shared_by_opportunities_or_new_customers():
    tables = untagged()
    more = {"deal_id": "DP", "account_id": "PG", "owner": "Ann", "created": day("2026-02-01"),
            "stage": "Lead", "amount": 1.0, "expected_close": day("2026-05-01"),
            "closed_on": None, "status": "open"}  # fmt: skip
    tables["deals"] = {n: [*cells, *[more[n]] * 10] for n, cells in tables["deals"].items()}
    tables["deals"]["deal_id"] = [f"D{k}" for k in range(len(tables["deals"]["deal_id"]))]
    by_deals, by_new = asked(tables), asked(tables, alloc="new")
    assert [by_deals[one]["marketing"] for one in ("Gold", "Silver")] == [6_000.0, 6_000.0]
    assert [by_new[one]["marketing"] for one in ("Gold", "Silver")] == [4_000.0, 8_000.0]


def test_spend_that_is_not_shared_stands_in_a_row_of_its_own():
    answer = asked(untagged(), alloc="none")
    assert [answer[one]["marketing"] for one in ("Gold", "Silver")] == [0.0, 0.0]
    last = answer[UNSHARED]
    assert last["marketing"] == 12_000.0
    assert last["cac"] is ExcelError.DIV0
    assert last["finding"] == "marketing: it names no segment, and none is to share it"


def test_a_condition_leaves_others_their_part_of_shared_spend():
    model = model_with(MARCH, **untagged())
    frame = segments(model, "segment", "segment=Gold", "2026-03", show="economics", alloc="new")
    assert frame["segment"].tolist() == ["Gold"]
    assert frame["marketing"].tolist() == [4_000.0]
    assert frame["seller_time"].tolist() == [20_000.0]
    tagged = model_with(MARCH, **planted())
    frame = segments(tagged, "segment", "segment=Silver", "2026-03", show="economics")
    assert frame[["marketing", "seller_time", "cac"]].to_numpy().tolist() == [[2_000, 1_000, 150]]


def test_a_segment_without_a_new_customer_has_no_cost_of_one():
    tables = planted()
    gold = [k for k, name in enumerate(tables["orders"]["account_id"]) if name.startswith("G")]
    earlier = {n: [*c, *(c[k] for k in gold)] for n, c in tables["orders"].items()}
    for k in range(30, 40):
        earlier["date"][k] = day("2025-01-01")
    row = asked(tables | {"orders": earlier})["Gold"]
    assert row["new_customers"] == 0.0
    assert {row["cac"], row["net_per_new"], row["payback"]} == {ExcelError.DIV0}
    assert {row["rank_before"], row["rank_after"]} == {ExcelError.NA}
    assert row["finding"] == "no new customer: nothing to set its margin against"


def test_costs_that_nobody_enters_are_not_known_and_the_finding_says_so():
    tables = planted()
    del tables["spend"]
    row = asked(tables)["Gold"]
    assert (row["marketing"], row["cac"]) == (ExcelError.NA, 2_000.0)
    assert row["finding"].endswith("; without marketing: no spend")
    del tables["sellers"]
    tables["activities"]["cost"] = [None] * 6
    row = asked(tables)["Gold"]
    assert {row["seller_time"], row["cac"], row["rank_after"]} == {ExcelError.NA}


def test_a_cost_that_cannot_be_told_apart_is_in_no_cell_and_in_the_last_row():
    tables = planted()
    tables["orders"]["channel"] = ["Web", "Field"] * 15
    answer = asked(tables, by="channel")
    assert {answer["Web"]["marketing"], answer["Web"]["seller_time"]} == {ExcelError.NA}
    assert answer["Web"]["cac"] is ExcelError.NA
    assert answer[UNSHARED][["marketing", "seller_time"]].tolist() == [32_000.0, 21_000.0]


def generated(**changed):
    tables = customers()
    return model_with(AS_OF.date(), **{name: tables[name] for name in COSTS} | changed)


@pytest.mark.parametrize(
    ("by", "period", "alloc"),
    [
        ("segment", "2025", "opps"),
        ("accounts.region", "", "opps"),
        ("segment, type", "2025-02", "opps"),
        ("account_id", "2025-06..", "new"),
        ("segment", "", "new"),
        ("segment, type", "2025-06..", "none"),
    ],
)
def test_marketing_and_sellers_time_add_up_to_what_the_window_holds(by, period, alloc):
    model, tables = generated(), customers()
    span = windows(model, period, None).spent
    first, last = pd.Timestamp(span.first or "1900-01-01"), pd.Timestamp(span.last)
    rows = zip(*(tables["spend"][n] for n in ("date", "category", "amount")), strict=True)
    expected = math.fsum(a for d, c, a in rows if c == "marketing" and first <= d <= last)
    frame = segments(model, by, "", period, alloc=alloc, show="economics")
    assert math.fsum(frame["marketing"]) == pytest.approx(expected)
    assert math.fsum(known(frame["seller_time"])) == pytest.approx(_worked(tables, first, last))


def known(column):
    return [float(one) for one in column if not isinstance(one, ExcelError)]


def _worked(tables, first, last):
    """Sellers' time row by row, as a person would count it."""
    orders, done = tables["orders"], tables["activities"]
    bought = {}
    for account, when, amount in zip(
        *(orders[n] for n in ("account_id", "date", "amount")), strict=True
    ):
        if account is not None and amount is not None:
            bought[account] = min(when, bought.get(account, when))
    rates = dict(zip(tables["sellers"]["owner"], tables["sellers"]["hourly_cost"], strict=True))
    cost = []
    for k, account in enumerate(done["account_id"]):
        when = done["date"][k]
        if account is None or when is None or not first <= when <= last:
            continue
        if account in bought and bought[account] <= when:
            continue
        minutes, rate = done["minutes"][k], rates.get(done["owner"][k])
        cost.append((minutes * rate / 60 if minutes and rate else 0.0) + (done["cost"][k] or 0.0))
    return math.fsum(cost)


def test_arguments_that_lead_nowhere_are_refused():
    model = model_with(MARCH, **planted())
    with pytest.raises(WrongValue, match="did you mean 'opps'"):
        segments(model, "segment", alloc="opp")
    with pytest.raises(WrongValue, match="show is no"):
        segments(model, "segment", show="costs")
    with pytest.raises(OutOfDomain, match="negative"):
        segments(model, "segment", lag=-1.0, show="economics")
    with pytest.raises(OutOfDomain, match="before the calendar"):
        segments(model, "segment", "", "2026-03", lag=1e9, show="economics")
    with pytest.raises(WrongValue, match="leave month out"):
        segments(model, "segment, month", show="economics")
    with pytest.raises(WrongValue, match="by names no column"):
        segments(model, "", show="economics")
    with pytest.raises(NotAvailable, match="lies ahead"):
        segments(model, "segment", "", "2027", show="economics")
    with pytest.raises(NotAvailable, match="nothing was sold"):
        segments(model, "segment", "", "2025", show="economics")


def test_the_explanation_tells_the_lag_the_days_and_what_was_counted():
    frame = explain_segments(
        model=model_with(MARCH, **planted()), by="segment", period="2026-03", show="economics"
    )
    told = dict(zip(frame["item"], frame["value"], strict=True))
    assert (told["lag in days"], told["lag"]) == (30.0, "median of 30 first deals won")
    assert told["days of spend and sellers' time"] == "2026-01-30 to 2026-03-01"
    assert told["rows counted: marketing spend"] == 3.0
    assert told["activities with who was no customer yet"] == 4.0
    assert told["source"] == "docs/methods.md: Acquisition cost"
