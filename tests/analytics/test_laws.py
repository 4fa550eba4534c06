"""Laws that hold for any data: order, scale, parts and wholes, conditions, joins.

Amounts are cents or worse; nothing is compared with a tolerance unless a sum of rounded sums is.
"""

import math

import pandas as pd
import pytest
from given import AS_OF, model_with, shuffled, with_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.analytics.segments.segments import segments

law = settings(max_examples=8, deadline=None)

STAGES = {
    "stage": ["Lead", "Offer"],
    "order": [1.0, 2.0],
    "probability": [0.2, 0.6],
    "category": ["pipeline", "commit"],
}
ACCOUNTS = {
    "account_id": ["a", "b", "c"],
    "segment": ["Gold", "Silver", None],
    "size": [10.0, 20.0, 10.0],
}
SELLERS = {"owner": ["Ann", "Bob"], "manager": ["Mia", None]}

_amounts = st.one_of(st.none(), st.integers(-(10**8), 10**8).map(lambda cents: cents / 100))
_days = st.integers(0, 120).map(lambda k: pd.Timestamp("2026-01-01") + pd.Timedelta(days=k))
_deals = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "Bob", "Eve", None]),
        st.sampled_from(["a", "b", "c", "d", None]),
        st.sampled_from(["Lead", "Offer"]),
        st.sampled_from(["open", "won", "lost", "on hold"]),
        st.sampled_from(["Lead", "Offer", None]),
        _amounts,
        _days,
    ),
    min_size=2,
    max_size=30,
)


def deals_of(rows):
    names = ("owner", "account_id", "stage", "status", "reached", "amount", "closed_on")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    columns |= {
        "deal_id": [f"D{k}" for k in range(len(rows))],
        "expected_close": columns["closed_on"],
    }
    return {**columns, "created": [pd.Timestamp("2025-12-01")] * len(rows)}


def with_a_deal_of_each(rows):
    """Add a deal won, lost and open, so that every figure is defined."""
    day = pd.Timestamp("2026-02-01")
    return rows + [("Ann", "a", "Offer", s, "Lead", 1.25, day) for s in ("won", "lost", "open")]


tables = _deals.map(with_a_deal_of_each).map(deals_of)


def company(deals, **more):
    kinds = {"stages": STAGES, "accounts": ACCOUNTS, "sellers": SELLERS} | more
    return model_with(deals=deals, as_of=AS_OF, **kinds)


def bits(answer):
    return [
        [cell.hex() if isinstance(cell, float) else cell for cell in row]
        for row in answer.astype(object).to_numpy().tolist()
    ]


def parts(model, kpi, by, **asked):
    answer = kpi_table(model, kpi, by, **asked)
    return dict(zip(answer.iloc[:, 0], answer["value"], strict=True))


@law
@given(tables, st.integers(0, 1000))
def test_no_order_of_rows_changes_a_bit(deals, seed):
    one, other = company(deals), company(shuffled(deals, seed))
    for ask in (
        lambda m: kpi_table(m, "won_amount", "segment, month"),
        lambda m: kpi_table(m, "expected_revenue", "manager"),
        lambda m: forecast(m, "owner"),
        lambda m: segments(m, "size"),
    ):
        assert bits(ask(one)) == bits(ask(other))


@law
@given(tables, st.integers(-20, 20))
def test_amounts_times_a_power_of_two_give_sums_times_it(deals, power):
    scaled = {
        **deals,
        "amount": [a if a is None else math.ldexp(a, power) for a in deals["amount"]],
    }
    before, after = forecast(company(deals), "segment"), forecast(company(scaled), "segment")
    for money in ("won", "commit", "best_case", "weighted", "open", "total"):
        assert [math.ldexp(x, power) for x in before[money]] == after[money].tolist()
    assert before["deals"].tolist() == after["deals"].tolist()
    assert kpi_value(company(deals), "win_rate") == kpi_value(company(scaled), "win_rate")


@law
@given(tables, st.sampled_from(["owner", "segment", "manager", "month", "size", "stage, quarter"]))
def test_parts_add_up_to_the_whole(deals, by):
    model = company(deals)
    for kpi in ("won_deals", "lost_deals", "open_deals", "opportunities_created"):
        asked = by if kpi != "opportunities_created" else by.replace("month", "week")
        assert kpi_table(model, kpi, asked)["value"].sum() == kpi_value(model, kpi)
    found = kpi_table(model, "won_amount", by)
    whole, largest = kpi_value(model, "won_amount"), found["value"].abs().max()
    assert found["n"].sum() == kpi_table(model, "won_amount", "year")["n"].sum()
    assert abs(math.fsum(found["value"]) - whole) <= math.ulp(largest) * len(found)


@law
@given(
    tables,
    st.sampled_from(
        [
            ("owner=Ann", "owner<>Ann"),
            ("owner=", "owner<>"),
            ("segment=Gold", "segment<>Gold"),
            ("manager=", "manager<>"),
            ("stage in Lead", "stage<>Lead"),
            ("size=10", "size<>10"),
            ("closed_on<2026-02-01", "closed_on>=2026-02-01"),
            ("closed_on<=2026-01", "closed_on>2026-01"),
        ]
    ),
)
def test_a_condition_and_its_negation_share_the_rows_between_them(deals, pair):
    deals = {**deals, "stage": [*deals["stage"][:-1], "Lead"]}
    model = company(deals)
    for kpi in ("won_deals", "opportunities_created", "open_deals"):
        assert sum(kpi_value(model, kpi, where) for where in pair) == kpi_value(model, kpi)
    amounts = [kpi_value(model, "open_amount", where) for where in pair if _valued(model, where)]
    whole = kpi_value(model, "open_amount")
    assert abs(math.fsum(amounts) - whole) <= math.ulp(max(map(abs, [whole, *amounts])))


def _valued(model, where):
    return kpi_value(model, "open_deals", f"{where}; amount<>") > 0


@law
@given(tables, st.sampled_from(["amount>100", "amount>=0", "amount<0.5"]))
def test_comparisons_leave_blank_amounts_out(deals, where):
    negation = {">": "<=", ">=": "<", "<": ">="}
    sign = ">=" if ">=" in where else where[6]
    opposite = where.replace(sign, negation[sign])
    model = company(deals)
    counts = [kpi_value(model, "opportunities_created", w) for w in (where, opposite, "amount=")]
    assert sum(counts) == len(deals["amount"])


@law
@given(tables)
def test_asking_for_part_of_the_rows_is_as_if_only_they_were_there(deals):
    whole = company(deals)
    part = company(with_rows(deals, lambda row: row["owner"] == "Ann"))
    for kpi in ("won_amount", "win_rate", "average_deal", "cycle_days", "open_amount"):
        one, other = (
            parts(m, kpi, "month", where=w) for m, w in ((whole, "owner=Ann"), (part, ""))
        )
        assert one == other


@law
@given(tables)
def test_columns_of_related_tables_are_as_good_as_columns_joined_before(deals):
    segment = dict(zip(ACCOUNTS["account_id"], ACCOUNTS["segment"], strict=True))
    manager = dict(zip(SELLERS["owner"], SELLERS["manager"], strict=True))
    joined = {
        **deals,
        "Tier": [_label(a, segment, "(not in accounts)") for a in deals["account_id"]],
        "Boss": [_label(o, manager, "(not in sellers)") for o in deals["owner"]],
    }
    related, flat = company(deals), company(joined)
    for kpi in ("won_amount", "win_rate", "expected_revenue"):
        assert bits(kpi_table(related, kpi, "segment, manager")) == bits(
            kpi_table(flat, kpi, "Tier, Boss")
        )
    one, other = forecast(related, "segment", "manager=Mia"), forecast(flat, "Tier", "Boss=Mia")
    assert bits(one) == bits(other)


def _label(key, names, nowhere):
    if key is None:
        return "(blank)"
    return (names[key] or "(blank)") if key in names else nowhere


@pytest.mark.parametrize("by", ["owner", "segment", "month"])
def test_an_empty_group_is_not_listed_and_a_blank_one_is(by):
    rows = deals_of([(None, None, "Lead", "won", None, 1.0, None)])
    day = pd.Timestamp("2026-02-01")
    rows = deals_of([(None, None, "Lead", "won", None, 1.0, day if by != "month" else None)])
    assert parts(company(rows), "won_amount", by) == {"(blank)": 1.0}
