"""How often deals are won, and which differences are more than chance."""

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from given import AS_OF, company, model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact

from xlcrm.analytics.figures import kpi_table
from xlcrm.analytics.sellers.conversion import METHODS, conversion
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue

NA, DIV0 = ExcelError.NA, ExcelError.DIV0
PIPELINE = Path(__file__).parents[3] / "shared" / "data" / "crm_sales" / "sales_pipeline.csv"
MARCH = dt.date(2026, 3, 1)
NAMES = ("owner", "product", "status", "amount", "created", "closed_on", "expected_close")


def deal(owner, status, product="P1", amount=10.0, created=dt.date(2026, 1, 1), close=MARCH):
    closed = close if status in ("won", "lost") else None
    return (owner, product, status, amount, created, closed, close)


def some(owner, won, lost, product="P1"):
    return [deal(owner, "won", product)] * won + [deal(owner, "lost", product)] * lost


def model(rows, as_of=AS_OF, **settings):
    columns = {name: [row[k] for row in rows] for k, name in enumerate(NAMES)}
    columns |= {
        "deal_id": [f"D{k}" for k in range(len(rows))],
        "stage": ["Offer"] * len(rows),
    }
    tables = {"deals": columns}
    if settings:
        tables["settings"] = {"name": list(settings), "value": list(settings.values())}
    return model_with(as_of, **tables)


def by_owner(frame):
    return frame.set_index(frame.columns[0])


def test_a_win_rate_with_the_interval_as_printed():
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 by method 3: 0.2553 to 0.3662.
    row = conversion(model(some("Ann", 81, 182))).iloc[0]
    assert (row["won"], row["lost"], row["open"], row["n"]) == (81.0, 182.0, 0.0, 263.0)
    assert row["rate"] == 81 / 263
    assert (round(row["low"], 4), round(row["high"], 4)) == (0.2553, 0.3662)


def test_each_seller_is_compared_with_all_others():
    frame = by_owner(
        conversion(model(some("Ann", 30, 10) + some("Bob", 20, 30) + some("Cid", 1, 2)))
    )
    assert frame["rest"].to_dict() == {"Ann": 21 / 53, "Bob": 31 / 43, "Cid": 50 / 90}
    ann = chi2_contingency([[30, 10], [21, 32]], correction=False).pvalue
    bob = chi2_contingency([[20, 30], [31, 12]], correction=False).pvalue
    cid = fisher_exact([[1, 2], [50, 40]]).pvalue
    assert frame["p_value"].tolist() == pytest.approx([ann, bob, cid])
    assert ann < bob < cid
    assert frame["adjusted"].tolist() == pytest.approx([3 * ann, 2 * bob, cid])
    assert frame["different"].to_dict() == {"Ann": "better", "Bob": "worse", "Cid": "no"}
    assert frame["note"].to_dict() == {"Ann": "", "Bob": "", "Cid": "fewer than 10 deals"}


def test_few_deals_are_never_called_different():
    rows = some("Ann", 9, 0) + some("Bob", 5, 60) + some("Cid", 6, 60)
    frame = by_owner(conversion(model(rows)))
    assert frame.loc["Ann", "adjusted"] < 0.001
    assert frame.loc["Ann", "different"] == "no"
    assert by_owner(conversion(model(rows, least_deals=9.0))).loc["Ann", "different"] == "better"
    strict = by_owner(conversion(model(rows, least_deals=9.0, significance=1e-9)))
    assert strict.loc["Ann", "different"] == "no"


def test_two_sellers_are_one_comparison():
    frame = conversion(model(some("Ann", 30, 10) + some("Bob", 20, 20)))
    expected = chi2_contingency([[30, 10], [20, 20]], correction=False).pvalue
    assert frame["p_value"].tolist() == pytest.approx([expected, expected])
    assert frame["adjusted"].tolist() == frame["p_value"].tolist()
    assert frame["different"].tolist() == ["better", "worse"]


def test_a_single_seller_has_nobody_to_be_compared_with():
    for by in ("owner", ""):
        row = conversion(model(some("Ann", 3, 1)), by).iloc[0]
        assert row[["rest", "p_value", "adjusted", "different"]].tolist() == [NA] * 4
        assert row["rate"] == 0.75


def test_sellers_are_compared_within_each_product():
    rows = [
        *some("Ann", 40, 10, "P1"), *some("Bob", 10, 40, "P1"), *some("Cid", 25, 25, "P1"),
        *some("Ann", 5, 45, "P2"), *some("Bob", 5, 45, "P2"),
        *some("Ann", 7, 7, "P3"),
    ]  # fmt: skip
    frame = conversion(model(rows), "owner, product")
    rest = {(row.owner, row.product): row.rest for row in frame.itertuples()}
    assert rest[("Ann", "P1")] == 35 / 100
    assert rest[("Ann", "P2")] == 0.1
    assert rest[("Ann", "P3")] == NA
    told = {(row.owner, row.product): row.different for row in frame.itertuples()}
    assert told == {
        ("Ann", "P1"): "better", ("Bob", "P1"): "worse", ("Cid", "P1"): "no",
        ("Ann", "P2"): "no", ("Bob", "P2"): "no", ("Ann", "P3"): NA,
    }  # fmt: skip


def test_a_cohort_has_its_open_deals_below_the_line_and_says_whether_it_is_old_enough():
    old, young = dt.date(2025, 1, 1), dt.date(2026, 3, 1)
    rows = [
        deal("Ann", "won", created=old, close=dt.date(2025, 1, 31)),
        deal("Ann", "lost", created=old, close=dt.date(2025, 2, 20)),
        deal("Ann", "open", created=old),
        deal("Ann", "on hold", created=old),
        deal("Bob", "open", created=young),
        deal("Bob", "open", created=old),
    ]
    frame = by_owner(conversion(model(rows), method="cohort"))
    assert frame.loc["Ann", ["won", "lost", "open", "n", "rate"]].tolist() == [1, 1, 2, 4, 0.25]
    assert frame.loc["Bob", ["won", "open", "n", "rate"]].tolist() == [0.0, 2.0, 2.0, 0.0]
    assert frame.loc["Ann", "note"] == "fewer than 10 deals"
    assert frame.loc["Bob", "note"].startswith(
        "immature: 1 of 2 younger than the 50 days in which 90 % close"
    )
    half = by_owner(conversion(model(rows, mature_share=0.5), method="cohort"))
    assert "30 days in which 50 %" in half.loc["Bob", "note"]
    months = conversion(model(rows), "quarter", method="cohort")
    assert months["quarter"].tolist() == ["2025-Q1", "2026-Q1"]
    assert ["immature" in note for note in months["note"]] == [False, True]


def test_the_age_of_maturity_is_reached_on_the_day():
    for days, immature in ((9, True), (10, False)):
        rows = [
            deal("Ann", "won", created=dt.date(2025, 1, 1), close=dt.date(2025, 1, 11)),
            deal("Bob", "open", created=AS_OF - dt.timedelta(days=days)),
        ]
        note = by_owner(conversion(model(rows), method="cohort")).loc["Bob", "note"]
        assert ("immature" in note) is immature


def test_without_any_cycle_nobody_knows_how_old_is_old_enough():
    frame = conversion(model([deal("Ann", "open")]), method="cohort")
    assert frame["note"].tolist() == [
        "maturity unknown: no deal closed with both dates; fewer than 10 deals"
    ]


def test_open_deals_long_past_their_close_count_as_lost():
    rows = [
        deal("Ann", "won"),
        deal("Ann", "open", close=AS_OF - dt.timedelta(days=30)),
        deal("Ann", "open", close=AS_OF - dt.timedelta(days=31)),
        deal("Ann", "open", close=None),
        deal("Ann", "on hold", close=dt.date(2025, 1, 1)),
    ]
    row = conversion(model(rows), method="aged").iloc[0]
    assert row[["won", "lost", "open", "n", "rate"]].tolist() == [1.0, 0.0, 1.0, 2.0, 0.5]
    assert row["note"] == "overdue deals counted as lost: 1; fewer than 10 deals"
    assert conversion(model(rows, grace_days=29.5), method="aged")["open"].tolist() == [2.0]
    assert conversion(model(rows, grace_days=1e9), method="aged")["open"].tolist() == [0.0]
    by_month = conversion(model(rows), "month", method="aged", period="2026-01..2026-03")
    assert by_month["month"].tolist() == ["2026-02", "2026-03"]
    assert by_month["rate"].tolist() == [0.0, 1.0]


def test_rates_by_value():
    rows = [
        deal("Ann", "won", amount=300.0), deal("Ann", "lost", amount=100.0),
        deal("Ann", "lost", amount=None), deal("Ann", "won", amount=-5.0),
        deal("Bob", "won", amount=0.1), deal("Bob", "lost", amount=0.3),
        deal("Cid", "lost", amount=0.0),
    ]  # fmt: skip
    frame = by_owner(conversion(model(rows), count="amount"))
    assert frame.loc["Ann", ["won", "lost", "n", "rate"]].tolist() == [300.0, 100.0, 2.0, 0.75]
    assert frame.loc["Ann", "rest"] == pytest.approx(0.25)
    assert frame.loc["Cid", "rate"] == DIV0
    for heading in ("low", "high", "p_value", "adjusted", "different"):
        assert all(cell is NA for cell in frame[heading])
    alone = conversion(model(rows[:2]), count="amount")
    assert alone["rest"].tolist() == [NA]


def test_the_curve_is_the_chance_of_being_won_by_an_age():
    start = dt.date(2026, 1, 1)
    ended = [(10, "won"), (10, "lost"), (20, "won"), (30, "lost")]
    rows = [deal("Ann", s, created=start, close=start + dt.timedelta(days=d)) for d, s in ended]
    rows += [deal("Ann", "open", created=AS_OF - dt.timedelta(days=15))]
    rows += [deal("Ann", "open", created=AS_OF + dt.timedelta(days=1))]
    frame = conversion(model(rows), method="curve")
    assert frame.columns.tolist() == ["owner", "age", "at_risk", "won", "lost", "rate"]
    assert frame["age"].tolist() == [0.0, 10.0, 20.0, 30.0]
    assert frame["at_risk"].tolist() == [5.0, 5.0, 2.0, 1.0]
    assert frame["won"].tolist() == [0.0, 1.0, 2.0, 2.0]
    assert frame["lost"].tolist() == [0.0, 1.0, 1.0, 2.0]
    # 1/5; then of the 3/5 that are left half are won.
    assert frame["rate"].tolist() == pytest.approx([0.0, 0.2, 0.5, 0.5])


def test_the_curve_by_value_weighs_deals_by_their_amounts():
    start = dt.date(2026, 1, 1)
    one = deal("Ann", "won", amount=30.0, created=start, close=start)
    two = deal("Ann", "lost", amount=10.0, created=start, close=start + dt.timedelta(days=5))
    none = deal("Bob", "won", amount=0.0, created=start, close=start)
    frame = conversion(model([one, two, none]), count="amount", method="curve")
    assert frame["at_risk"].tolist() == [40.0, 10.0, 0.0]
    assert frame["won"].tolist() == [30.0, 30.0, 0.0]
    assert frame["rate"].tolist() == [0.75, 0.75, DIV0]


def test_a_long_curve_shows_every_fiftieth_of_its_ends():
    start = dt.date(2025, 1, 1)
    rows = [
        deal("Ann", "won", created=start, close=start + dt.timedelta(days=k)) for k in range(200)
    ]
    rows.append(deal("Bob", "open", created=start))
    frame = conversion(model(rows), method="curve")
    ann = frame[frame["owner"] == "Ann"]
    assert ann["age"].tolist() == [0.0, *(3.0 + 4 * k for k in range(50))]
    assert ann["rate"].tolist() == pytest.approx([1 / 200, *((4 + 4 * k) / 200 for k in range(50))])
    assert frame[frame["owner"] == "Bob"]["rate"].tolist() == [0.0]


def test_refusals():
    given = model(some("Ann", 1, 1))
    with pytest.raises(WrongValue, match=r"method is no 'cohrt'.*cohort"):
        conversion(given, method="cohrt")
    with pytest.raises(WrongValue, match="count is no 'euros'"):
        conversion(given, count="euros")
    with pytest.raises(OutOfDomain, match="confidence_level"):
        conversion(model(some("Ann", 1, 1), confidence_level=1.0))
    for method in METHODS:
        with pytest.raises(NotAvailable, match="2019"):
            conversion(given, period="2019", method=method)
        with pytest.raises(NotAvailable):
            conversion(model_with(AS_OF, sellers={"owner": ["Ann"]}), method=method)
    with pytest.raises(NotAvailable, match="no amount"):
        conversion(model([deal("Ann", "won", amount=None)]), count="amount")


def test_the_win_rate_is_the_figure_that_has_this_name():
    given = model_with(AS_OF, **company(200))
    for by in ("owner", "manager", "month", "size"):
        rates, figures = conversion(given, by), kpi_table(given, "win_rate", by)
        assert rates["rate"].tolist() == figures["value"].tolist()
        assert rates["n"].tolist() == figures["n"].tolist()


@settings(max_examples=10, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["owner", "owner, product", "segment, month", ""]),
    st.sampled_from(METHODS),
    st.sampled_from(["deals", "amount"]),
)
def test_no_order_of_rows_changes_a_bit_and_rates_lie_in_their_intervals(seed, by, method, count):
    tables = company(50, seed)
    deals = {**tables["deals"], "amount": [a and abs(a) for a in tables["deals"]["amount"]]}
    tables["deals"] = deals
    one = conversion(model_with(AS_OF, **tables), by, count=count, method=method)
    mixed = {**tables, "deals": shuffled(deals, seed)}
    assert one.equals(conversion(model_with(AS_OF, **mixed), by, count=count, method=method))
    rates = np.array([rate for rate in one["rate"] if rate != DIV0], dtype=float)
    assert ((rates >= 0) & (rates <= 1)).all()
    if method == "curve":
        return
    if count == "deals":
        assert (one["won"] + one["lost"] + one["open"] == one["n"]).all()
        assert ((one["low"] <= one["rate"]) & (one["rate"] <= one["high"])).all()
        p_values = [p for p in zip(one["p_value"], one["adjusted"], strict=True) if p[0] != NA]
        assert all(0 <= p <= adjusted <= 1 for p, adjusted in p_values)


@pytest.mark.skipif(not PIPELINE.exists(), reason="the folder ../shared/data is absent")
def test_thirty_sellers_against_pandas_and_scipy():
    with PIPELINE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["deal_stage"] in ("Won", "Lost")]
    frame = by_owner(conversion(model(
        [deal(row["sales_agent"], row["deal_stage"].casefold(), row["product"]) for row in rows]
    )))  # fmt: skip
    assert len(frame) == 30
    won = dict.fromkeys(frame.index, 0)
    closed = dict(won)
    for row in rows:
        won[row["sales_agent"]] += row["deal_stage"] == "Won"
        closed[row["sales_agent"]] += 1
    all_won, all_closed = sum(won.values()), sum(closed.values())
    assert (won["Darcel Schlecht"], closed["Darcel Schlecht"]) == (349, 553)
    for name, told in frame.iterrows():
        w, n = won[name], closed[name]
        others = [all_won - w, all_closed - n - all_won + w]
        expected = chi2_contingency([[w, n - w], others], correction=False).pvalue
        assert told["p_value"] == pytest.approx(expected, rel=1e-9)
        assert (told["rate"], told["rest"]) == (w / n, others[0] / sum(others))
    smallest = frame["p_value"].astype(float).idxmin()
    assert frame.loc[smallest, "adjusted"] == min(1.0, 30 * frame.loc[smallest, "p_value"])
