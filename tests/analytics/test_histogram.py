"""Histograms of columns: counted one by one, and against numpy and pandas."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from given import AS_OF, company, model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.basis import rests_on
from xlcrm.analytics.histogram import histogram, numbers_of
from xlcrm.errors import (
    ErrorInData,
    ExcelError,
    NotAvailable,
    OutOfDomain,
    UnknownName,
    WrongValue,
)

few = settings(max_examples=12, deadline=None)
COLUMNS = ["low", "high", "label", "count", "share", "cumulative", "total"]
JAN, FEB = dt.date(2026, 1, 10), dt.date(2026, 2, 10)


def orders(amounts, **more):
    count = len(amounts)
    columns = {
        "order_id": [f"O{k}" for k in range(count)],
        "account_id": ["a"] * count,
        "date": [JAN] * count,
        "amount": list(amounts),
    }
    return {**columns, **more}


def model(amounts, settings=None, **more):
    given_settings = (
        {"settings": {"name": list(settings), "value": list(settings.values())}} if settings else {}
    )
    return model_with(AS_OF, orders=orders(amounts, **more), **given_settings)


def of(amounts, bins=None, method="equal", **more):
    return histogram(model(amounts, **more), "orders.amount", bins=bins, method=method)


def test_values_at_a_limit_belong_to_the_range_above_and_the_highest_to_the_last():
    frame = of([0.0, 10.0, 20.0, 20.0, 30.0, 40.0], bins=4.0)
    assert list(frame.columns) == COLUMNS
    assert frame["low"].tolist() == [0.0, 10.0, 20.0, 30.0]
    assert frame["high"].tolist() == [10.0, 20.0, 30.0, 40.0]
    assert frame["count"].tolist() == [1.0, 1.0, 2.0, 2.0]
    assert frame["share"].tolist() == [1 / 6, 1 / 6, 2 / 6, 2 / 6]
    assert frame["cumulative"].tolist() == [1 / 6, 2 / 6, 4 / 6, 1.0]
    assert frame["total"].tolist() == [0.0, 10.0, 40.0, 70.0]
    assert frame["label"].tolist() == ["0 to 10", "10 to 20", "20 to 30", "30 to 40"]


def test_left_out_the_ranges_suit_the_spread_at_round_limits():
    # Quartiles of 1 to 1,000 are 250.75 and 750.25: 2 * 499.5 / 10 = 99.9, so 100 wide.
    frame = of([float(k) for k in range(1, 1001)])
    assert frame["low"].tolist() == [100.0 * k for k in range(10)] + [1000.0] * 0
    assert frame["count"].tolist() == [99.0, *[100.0] * 8, 101.0]
    assert frame["label"].iloc[-1] == "900 to 1,000"


def test_a_limit_of_three_tenths_is_the_three_tenths_of_a_cell():
    frame = of([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], bins=10.0)
    assert frame["low"].tolist() == [k / 10 for k in range(10)]
    assert frame["count"].tolist() == [*[1.0] * 9, 2.0]


def test_one_value_has_one_range():
    for method in ("equal", "quantile", "log"):
        frame = of([7.5] * 4, bins=3.0, method=method)
        assert frame.to_numpy().tolist() == [[7.5, 7.5, "7.5", 4.0, 1.0, 1.0, 30.0]]
    assert of([7.5]).to_numpy().tolist() == [[7.5, 7.5, "7.5", 1.0, 1.0, 1.0, 7.5]]


def test_heavy_ties_fall_back_to_sturges():
    # 30 of 33 values are equal: no spread in the middle half. 1 + log2 33 makes 7 ranges of 16,
    # which rounds to 20.
    frame = of([5.0] * 30 + [1.0, 100.0, 113.0])
    assert frame["low"].tolist() == [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    assert frame["count"].tolist() == [31.0, 0.0, 0.0, 0.0, 0.0, 2.0]


def test_ranges_of_logarithms_are_each_as_much_wider():
    frame = of([1.0, 5.0, 10.0, 50.0, 999.0, 1000.0], bins=3.0, method="log")
    assert frame["low"].tolist() == [1.0, 10.0, 100.0]
    assert frame["count"].tolist() == [2.0, 2.0, 2.0]
    free = of([1.0, 5.0, 10.0, 50.0, 999.0, 1000.0], method="log")
    assert 1 < len(free) <= 100
    widths = np.log(free["high"]) - np.log(free["low"])
    assert widths.max() == pytest.approx(widths.min(), rel=1e-9)


def test_bins_lie_between_1_and_100_and_a_fraction_is_cut_off():
    values = [float(k) for k in range(50)]
    assert len(of(values, bins=4.9)) == 4
    assert len(of(values, bins=1.0)) == 1
    assert len(of(values, bins=100.0)) == 100
    for bins in (0.0, 0.9, -1.0, 101.0):
        with pytest.raises(OutOfDomain, match="between 1 and 100"):
            of(values, bins=bins)


def test_what_cannot_be_counted_is_refused():
    full = model_with(AS_OF, **company(60))
    with pytest.raises(OutOfDomain, match="above 0"):
        of([0.0, 1.0], method="log")
    with pytest.raises(WrongValue, match="no method"):
        of([1.0], method="deciles")
    with pytest.raises(UnknownName, match="names no table"):
        histogram(full, "amount")
    with pytest.raises(UnknownName, match="deals"):
        histogram(full, "deal.amount")
    with pytest.raises(UnknownName, match="'amount'"):
        histogram(full, "deals.amonut")
    with pytest.raises(WrongValue, match="holds no numbers"):
        histogram(full, "deals.owner")
    with pytest.raises(NotAvailable, match="leads"):
        histogram(full, "leads.created")
    with pytest.raises(WrongValue, match="have no date"):
        histogram(full, "stages.order", period="2026")
    with pytest.raises(NotAvailable):
        of([None, None])
    with pytest.raises(NotAvailable):
        histogram(model([1.0]), "orders.amount", period="2020")


def test_the_period_is_of_the_first_date_that_a_table_declares():
    given_model = model([1.0, 2.0, 3.0], date=[JAN, FEB, None])
    assert histogram(given_model, "orders.amount", period="2026-02")["total"].tolist() == [2.0]
    deals = {
        "deal_id": ["a", "b"],
        "owner": ["Ann", "Ann"],
        "created": [JAN, FEB],
        "closed_on": [FEB, JAN],
        "stage": ["Lead", "Lead"],
        "amount": [5.0, 8.0],
        "expected_close": [FEB, JAN],
        "status": ["won", "won"],
    }
    found = histogram(model_with(AS_OF, deals=deals), "deals.amount", period="2026-02")
    assert found["total"].tolist() == [8.0]


def test_conditions_keep_rows_and_several_currencies_are_refused():
    mixed = model([1.0, 2.0, 4.0], currency=["EUR", "USD", "EUR"])
    with pytest.raises(WrongValue, match="mixed currencies"):
        histogram(mixed, "orders.amount")
    assert histogram(mixed, "orders.amount", "currency=EUR")["count"].sum() == 2.0
    assert histogram(mixed, "orders.amount", "currency=EUR; amount>1")["total"].tolist() == [4.0]


def test_an_error_cell_is_handed_on_where_needed_and_left_out_where_asked():
    cells = [1.0, ExcelError.DIV0, 3.0]
    with pytest.raises(ErrorInData) as caught:
        of(cells)
    assert caught.value.code is ExcelError.DIV0
    assert of(cells, settings={"errors": "skip"})["count"].sum() == 2.0
    elsewhere = model([1.0, 2.0], cost=[ExcelError.REF, 1.0])
    assert histogram(elsewhere, "orders.amount")["count"].sum() == 2.0


def test_an_explanation_counts_the_rows_of_the_named_table():
    explain = rests_on("Histogram", numbers_of)
    told = explain(model=model([1.0, None, 3.0]), column="orders.amount", bins=None)
    facts = dict(zip(told["item"], told["value"], strict=True))
    assert facts["source"] == "docs/methods.md: Histogram"
    assert facts["rows counted: rows of orders"] == 2.0
    assert facts["left out: no amount"] == 1.0
    assert facts["column"] == "orders.amount"


whole = st.lists(st.integers(-200, 200).map(float), min_size=2, max_size=60)


@few
@given(whole.filter(lambda v: len(set(v)) > 1), st.sampled_from([1, 2, 4, 5, 8, 10]))
def test_equal_ranges_are_those_of_numpy(values, bins):
    counts, edges = np.histogram(values, bins)
    frame = of(values, bins=float(bins))
    assert frame["low"].tolist() == pytest.approx(edges[:-1], abs=1e-9)
    inside = [edge for edge in edges[1:-1] if np.abs(np.array(values) - edge).min() < 1e-9]
    if not inside:  # numpy's limits are rounded otherwise, which moves a value at one
        assert frame["count"].tolist() == counts.tolist()
    assert frame["count"].sum() == len(values)


@few
@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=60, unique=True), st.integers(1, 6))
def test_quantiles_hold_as_many_as_those_of_pandas(values, bins):
    # Ranges of pandas are open below: turned round, they are closed where ours are.
    turned = pd.qcut(-pd.Series(values), bins, labels=False, duplicates="drop")
    frame = of(values, bins=float(bins), method="quantile")
    expected = np.bincount(turned.max() - turned)
    assert np.abs(frame["count"].to_numpy() - expected).max() <= 1  # a limit rounded otherwise
    assert frame["count"].max() - frame["count"].min() <= 2


@few
@given(
    st.lists(st.integers(-(10**6), 10**6).map(lambda n: n / 100), min_size=1, max_size=60),
    st.sampled_from(["equal", "quantile"]),
    st.one_of(st.none(), st.integers(1, 100).map(float)),
    st.integers(0, 99),
)
def test_every_value_is_counted_once_whatever_the_order_of_rows(values, method, bins, seed):
    frame = of(values, bins=bins, method=method)
    low, high = frame["low"].to_numpy(), frame["high"].to_numpy()
    for k in range(len(frame)):
        last = k == len(frame) - 1
        inside = [v for v in values if low[k] <= v and (v <= high[k] if last else v < high[k])]
        assert frame["count"].iloc[k] == len(inside)
        assert frame["total"].iloc[k] == pytest.approx(sum(inside), rel=1e-9, abs=1e-9)
    assert low[1:].tolist() == high[:-1].tolist()
    assert frame["cumulative"].iloc[-1] == 1.0
    assert frame["label"].is_unique
    assert len(frame) <= 100
    order = shuffled({"amount": values}, seed)["amount"]
    assert of(order, bins=bins, method=method).equals(frame)


def test_a_company_with_all_that_is_odd():
    given_model = model_with(AS_OF, **company(300))
    for column in ("deals.amount", "deals.quality", "activities.minutes", "surveys.score",
                   "products.list_price", "accounts.size", "snapshots.amount"):  # fmt: skip
        frame = histogram(given_model, column)
        assert 1 <= len(frame) <= 100
        assert frame["share"].sum() == pytest.approx(1.0)
