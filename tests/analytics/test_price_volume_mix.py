"""Why revenue changed: price, volume, mix, what is new and what is gone."""

import datetime as dt
import math
from pathlib import Path

import pandas as pd
import pytest
from given import AS_OF, company, model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.segments.price_volume_mix import EFFECTS, price_volume_mix
from xlcrm.analytics.two_periods import a_year_before
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, UnknownName, WrongValue
from xlcrm.periods import period

DIV0 = ExcelError.DIV0
RETAIL = Path(__file__).parents[3] / "shared" / "data" / "online_retail" / "online_retail_DE_FR.csv"
BEFORE, NOW = dt.date(2025, 2, 10), dt.date(2026, 2, 10)


def model(lines, as_of=AS_OF, **more):
    """Lines of day, product, quantity, amount."""
    orders = {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": ["a"] * len(lines),
        "date": [line[0] for line in lines],
        "product": [line[1] for line in lines],
        "quantity": [line[2] for line in lines],
        "amount": [line[3] for line in lines],
    }
    return model_with(as_of, orders=orders | more)


TEXTBOOK = [
    # A: 100 units at 10, then 120 at 11; B: 50 at 20, then 40 at 19. 150 units become 160.
    (BEFORE, "A", 60.0, 600.0),
    (BEFORE, "A", 40.0, 400.0),
    (BEFORE, "B", 50.0, 1000.0),
    (NOW, "A", 120.0, 1320.0),
    (NOW, "B", 40.0, 760.0),
]


def rows(frame):
    return frame.set_index(frame.columns[0])


def test_a_change_by_price_volume_and_mix_worked_by_hand():
    frame = rows(price_volume_mix(model(TEXTBOOK)))
    assert frame.index.tolist() == ["A", "B", "(all)"]
    assert frame["price_before"].tolist() == pytest.approx([10.0, 20.0, 2000 / 150])
    assert frame["price"].tolist() == pytest.approx([11.0, 19.0, 2080 / 160])
    # A: 120 units at 1 more; B: 40 at 1 less.
    assert frame["price_effect"].tolist() == pytest.approx([120.0, -40.0, 80.0])
    # 10 more units, of which 2/3 A at 10 and 1/3 B at 20.
    assert frame["volume_effect"].tolist() == pytest.approx([200 / 3, 200 / 3, 400 / 3])
    # At the old shares 160 units would be 106 2/3 A and 53 1/3 B: 13 1/3 more A, as many less B.
    assert frame["mix_effect"].tolist() == pytest.approx([400 / 3, -800 / 3, -400 / 3])
    assert frame["change"].tolist() == [320.0, -240.0, 80.0]
    assert frame.loc["(all)", ["units_before", "units"]].tolist() == [150.0, 160.0]
    assert frame.loc["(all)", ["revenue_before", "revenue"]].tolist() == [2000.0, 2080.0]
    assert frame["note"].tolist() == ["", "", ""]


def test_glasses_as_in_a_textbook():
    # Horngren, Datar and Rajan, Cost Accounting, chapter 14: plain at 5 and chic at 12; 2,300
    # glasses planned, 3/4 of them plain; 1,900 sold, 60 % of them plain. Sales-quantity variance
    # 1,500 and 1,200 unfavourable; the shift to chic 1,900 · 0.15 · 12 less 1,900 · 0.15 · 5.
    lines = [
        (BEFORE, "plain", 1725.0, 8625.0), (BEFORE, "chic", 575.0, 6900.0),
        (NOW, "plain", 1140.0, 5700.0), (NOW, "chic", 760.0, 9120.0),
    ]  # fmt: skip
    frame = rows(price_volume_mix(model(lines)))
    assert frame["volume_effect"].to_dict() == pytest.approx(
        {"chic": -1200.0, "plain": -1500.0, "(all)": -2700.0}
    )
    assert frame["mix_effect"].to_dict() == pytest.approx(
        {"chic": 3420.0, "plain": -1425.0, "(all)": 1995.0}
    )
    assert frame["price_effect"].tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_what_is_new_and_what_is_gone_has_no_price_and_no_part_in_the_mix():
    lines = [*TEXTBOOK, (BEFORE, "C", 1000.0, 70.0), (NOW, "D", 7.0, 35.0)]
    frame, alone = rows(price_volume_mix(model(lines))), rows(price_volume_mix(model(TEXTBOOK)))
    assert frame.loc["A"].tolist() == alone.loc["A"].tolist()
    assert frame.loc["B"].tolist() == alone.loc["B"].tolist()
    assert frame.loc["C", [*EFFECTS, "change"]].tolist() == [0, 0, 0, 0, -70.0, -70.0]
    assert frame.loc["D", [*EFFECTS, "change"]].tolist() == [0, 0, 0, 35.0, 0, 35.0]
    assert frame.loc["C", ["price_before", "price"]].tolist() == [0.07, DIV0]
    assert frame.loc["D", ["price_before", "price"]].tolist() == [DIV0, 5.0]
    assert frame.loc["(all)", ["new", "discontinued", "change"]].tolist() == [35.0, -70.0, 45.0]


def test_where_returns_leave_no_units_the_whole_change_is_volume():
    lines = [*TEXTBOOK, (BEFORE, "C", 3.0, 30.0), (NOW, "C", 1.0, 10.0), (NOW, "C", -2.0, -25.0)]
    frame = rows(price_volume_mix(model(lines)))
    assert frame.loc["C", [*EFFECTS, "change"]].tolist() == [0, -45.0, 0, 0, 0, -45.0]
    assert frame.loc["C", ["units", "price_before", "price"]].tolist() == [-1.0, 10.0, DIV0]
    assert frame.loc["A", "mix_effect"] == pytest.approx(400 / 3)


def test_returns_are_netted_with_their_units():
    lines = [(BEFORE, "A", 5.0, 50.0), (NOW, "A", 5.0, 50.0), (NOW, "A", -1.0, -10.0)]
    frame = rows(price_volume_mix(model(lines)))
    assert frame.loc["A", ["units", "price", "price_effect", "volume_effect"]].tolist() == [
        4.0, 10.0, 0.0, pytest.approx(-10.0)
    ]  # fmt: skip


def test_a_line_without_a_quantity_is_one_unit_and_a_return_one_unit_back():
    lines = [
        (BEFORE, "A", None, 30.0), (NOW, "A", None, 40.0), (NOW, "A", None, 44.0),
        (NOW, "A", None, -40.0), (BEFORE, "B", 2.0, 5.0), (NOW, "B", 2.0, 5.0),
    ]  # fmt: skip
    frame = rows(price_volume_mix(model(lines)))
    assert frame.loc["A", ["units_before", "units"]].tolist() == [1.0, 1.0]
    note = "4 lines without quantity count as one unit each"
    assert frame["note"].tolist() == [note, "", note]
    one = price_volume_mix(model([(BEFORE, "A", None, 30.0), (NOW, "A", 1.0, 44.0)]))
    assert one["note"].tolist() == ["1 line without quantity counts as one unit"] * 2


def test_lines_outside_both_periods_and_without_amount_or_date_do_not_count():
    lines = [*TEXTBOOK, (dt.date(2025, 3, 16), "A", 1.0, 9.0), (NOW, "A", 5.0, None)]
    lines += [(None, "A", 1.0, 9.0), (dt.date(2024, 12, 31), "A", 1.0, 9.0)]
    assert price_volume_mix(model(lines)).equals(price_volume_mix(model(TEXTBOOK)))


def test_an_error_in_a_line_outside_both_periods_is_not_needed():
    spoilt = model([*TEXTBOOK, (dt.date(2020, 1, 1), "A", 1.0, ExcelError.DIV0)])
    assert price_volume_mix(spoilt).equals(price_volume_mix(model(TEXTBOOK)))


def test_two_periods_that_share_days_count_them_twice():
    lines = [(dt.date(2025, 6, 1), "A", 1.0, 10.0), (NOW, "A", 2.0, 30.0)]
    frame = rows(price_volume_mix(model(lines), period="2026-Q1", against="2025..2026"))
    assert frame.loc["A", ["units_before", "units", "change"]].tolist() == [3.0, 2.0, -10.0]


def test_several_columns_and_none():
    accounts = {"account_id": ["a"], "segment": ["Gold"]}
    given = model(TEXTBOOK)
    both = price_volume_mix(
        model_with(AS_OF, accounts=accounts, orders=_orders(TEXTBOOK)), "segment, product"
    )
    assert both.iloc[-1, :2].tolist() == ["(all)", "(all)"]
    assert both["segment"].tolist() == ["Gold", "Gold", "(all)"]
    whole = price_volume_mix(given, "")
    assert len(whole) == 1
    # 160 units instead of 150 at 13 1/3, which then cost 13.
    assert whole["volume_effect"].tolist() == pytest.approx([10 * 2000 / 150])
    assert whole["price_effect"].tolist() == pytest.approx([160 * (13 - 2000 / 150)])
    assert whole["mix_effect"].tolist() == pytest.approx([0.0], abs=1e-9)


def _orders(lines):
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": ["a"] * len(lines),
        "date": [line[0] for line in lines],
        "product": [line[1] for line in lines],
        "quantity": [line[2] for line in lines],
        "amount": [line[3] for line in lines],
    }


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-01..2026-02", "2025-01-01", "2025-02-28"),
        ("2025-02", "2024-02-01", "2024-02-29"),
        ("2024-02", "2023-02-01", "2023-02-28"),
        ("2024-02-29", "2023-02-28", "2023-02-28"),
        ("2025-02-28", "2024-02-28", "2024-02-28"),
        ("2024-02-10..2024-02-29", "2023-02-10", "2023-02-28"),
        ("YTD", "2025-01-01", "2025-03-15"),
        ("2026", "2025-01-01", "2025-12-31"),
        ("last month", "2025-02-01", "2025-02-28"),
    ],
)
def test_the_same_days_a_year_before(text, first, last):
    found = a_year_before(period(text, AS_OF))
    assert (str(found.first), str(found.last)) == (first, last)


def test_refusals():
    given = model(TEXTBOOK)
    for asked in ({"period": "all"}, {"period": "2026.."}, {"period": ""}, {"against": "..2025"}):
        with pytest.raises(WrongValue, match="needs a beginning and an end"):
            price_volume_mix(given, **asked)
    with pytest.raises(WrongValue, match="no date to cut by month"):
        price_volume_mix(given, "month")
    with pytest.raises(WrongValue, match="no year before"):
        price_volume_mix(given, period="0001")
    with pytest.raises(NotAvailable, match="no order lines match in 2019"):
        price_volume_mix(given, against="2019")
    with pytest.raises(NotAvailable, match="2027"):
        price_volume_mix(given, period="2027", against="2025")
    with pytest.raises(UnknownName, match="colour"):
        price_volume_mix(given, "colour")
    with pytest.raises(NotAvailable, match="no rows of orders"):
        price_volume_mix(model_with(AS_OF, sellers={"owner": ["Ann"]}))
    with pytest.raises(WrongValue, match="mixed currencies"):
        price_volume_mix(model(TEXTBOOK, currency=["EUR", "EUR", "EUR", "USD", "EUR"]))


def test_numbers_beyond_the_largest_are_refused():
    for sold in ((1e-5, 1e150, 1e200), (1e-300, 1e150, 1.0)):
        lines = [(BEFORE, "A", *sold[:2]), (NOW, "A", sold[2], 1.0)]
        with pytest.raises(OutOfDomain, match="overflow"):
            price_volume_mix(model(lines))


_lines = st.lists(
    st.tuples(
        st.sampled_from([BEFORE, NOW]),
        st.sampled_from(["A", "B", "C", "D", None]),
        st.one_of(st.none(), st.integers(-5, 1000).map(float), st.floats(0.01, 1e4)),
        st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
    ),
    max_size=25,
).map(lambda lines: [*lines, (BEFORE, "A", 3.0, 30.0), (NOW, "A", 2.0, 21.0)])


@settings(max_examples=15, deadline=None)
@given(_lines, st.integers(0, 1000))
def test_the_parts_add_up_to_the_change_in_each_row_and_in_all(lines, seed):
    frame = price_volume_mix(model(lines))
    size = max(frame[[*EFFECTS, "revenue", "revenue_before"]].abs().max())
    added = frame[list(EFFECTS)].sum(axis=1)
    assert (added - frame["change"]).abs().max() <= 1e-12 * size
    assert (
        frame["revenue"] - frame["revenue_before"] - frame["change"]
    ).abs().max() <= 1e-12 * size
    for name in (*EFFECTS, "change", "units", "units_before", "revenue", "revenue_before"):
        assert frame[name].iloc[-1] == math.fsum(frame[name].iloc[:-1])
    for day, name in ((BEFORE, "revenue_before"), (NOW, "revenue")):
        whole = math.fsum(line[3] for line in lines if line[0] == day)
        assert frame[name].iloc[-1] == pytest.approx(whole, rel=1e-12, abs=1e-12 * size)
    order = shuffled({"line": lines}, seed)["line"]
    assert price_volume_mix(model(order)).equals(frame)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=1, max_size=4),
       st.integers(2, 9))  # fmt: skip
def test_more_of_the_same_is_volume_and_dearer_is_price(sold, times):
    before = [(BEFORE, f"P{k}", float(n), float(n * p)) for k, (n, p) in enumerate(sold)]
    more = [(NOW, name, n * times, amount * times) for _, name, n, amount in before]
    dearer = [(NOW, name, n, amount * times) for _, name, n, amount in before]
    for now, effect in ((more, "volume_effect"), (dearer, "price_effect")):
        frame = price_volume_mix(model(before + now))
        assert frame[effect].tolist() == pytest.approx(frame["change"].tolist())
        others = [name for name in EFFECTS if name != effect]
        assert frame[others].abs().max(axis=None) <= 1e-9 * frame["change"].max()


def test_a_company_with_all_that_is_odd():
    given = model_with(AS_OF, **company(300))
    for by in ("product", "segment", "size", "product, owner"):
        frame = price_volume_mix(given, by, period="2026-Q1", against="2025")
        assert frame.iloc[-1, 0] == "(all)"
        assert frame["change"].iloc[-1] == pytest.approx(
            frame["revenue"].iloc[-1] - frame["revenue_before"].iloc[-1]
        )


@pytest.mark.skipif(not RETAIL.exists(), reason="the folder ../shared/data is absent")
def test_a_retailer_against_the_formulas_over_pandas():
    sold = pd.read_csv(RETAIL, dtype={"StockCode": str})
    sold["amount"] = sold["Quantity"] * sold["UnitPrice"]
    month = sold["InvoiceDate"].str[:7]
    day = pd.to_datetime(sold["InvoiceDate"]).dt.date
    lines = list(zip(day, sold["StockCode"], sold["Quantity"], sold["amount"], strict=True))
    frame = rows(price_volume_mix(model(lines), period="2011-11", against="2011-10"))
    old, new = (
        sold[month == m].groupby("StockCode")[["Quantity", "amount"]].sum()
        for m in ("2011-10", "2011-11")
    )
    both = old.add_suffix("_0").join(new.add_suffix("_1"), how="inner")
    unpriced = (both["Quantity_0"] <= 0) | (both["Quantity_1"] <= 0)
    netted, both = both[unpriced], both[~unpriced]
    assert len(both) > 100
    q0, q1 = both["Quantity_0"], both["Quantity_1"]
    p0, p1 = both["amount_0"] / q0, both["amount_1"] / q1
    share = q0 / q0.sum()
    expected = {
        "price_effect": (q1 * (p1 - p0)).sum(),
        "volume_effect": ((q1.sum() - q0.sum()) * share * p0).sum()
        + (netted["amount_1"] - netted["amount_0"]).sum(),
        "mix_effect": ((q1 - q1.sum() * share) * p0).sum(),
        "new": new["amount"][~new.index.isin(old.index)].sum(),
        "discontinued": -old["amount"][~old.index.isin(new.index)].sum(),
        "change": new["amount"].sum() - old["amount"].sum(),
    }
    assert frame.loc["(all)", list(expected)].to_dict() == pytest.approx(expected, rel=1e-9)
