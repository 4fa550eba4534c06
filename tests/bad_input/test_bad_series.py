"""Series as they come: unsorted, doubled, with gaps, short, constant, negative, or mistyped."""

import datetime as dt
import math

import pytest
from asking import Excel

AS_OF = 46_387.0  # 31 December 2026


@pytest.fixture
def excel():
    return Excel()


def serial(year, month, day=15):
    return float((dt.date(year, month, day) - dt.date(1899, 12, 30)).days)


def orders(amounts, first=2024):
    """One order a month; None for a month without one."""
    rows = [
        (f"o{k}", "A", serial(first + k // 12, k % 12 + 1), amount)
        for k, amount in enumerate(amounts)
        if amount is not None
    ]
    return (("Order id", "Account id", "Date", "Amount"), *rows)


def seasonal(months):
    return [1000.0 + 10 * k + 200 * math.sin(k * math.pi / 6) for k in range(months)]


def forecast(excel, rows, *options):
    """Months ahead as rows by heading."""
    model = excel.model(orders=rows, as_of=AS_OF)
    header, *body = excel.rows("CRM_FORECAST_SERIES", model, "revenue", "", "", 3.0, *options)
    named = [dict(zip(header, row, strict=True)) for row in body]
    return [row for row in named if row["forecast"] != ""]


def refusal(excel, rows, *options):
    model = excel.model(orders=rows, as_of=AS_OF)
    return excel.refusal("CRM_FORECAST_SERIES", model, "revenue", "", "", 3.0, *options)


def test_unsorted_and_doubled_months_are_sorted_and_added_up(excel):
    header, *rows = orders(seasonal(36))
    halves = [(f"{i}{part}", a, d, amount / 2) for i, a, d, amount in rows for part in "xy"]
    assert forecast(excel, (header, *halves[::-1])) == forecast(excel, (header, *rows))


def test_a_month_without_orders_is_zero_or_interpolated_and_told(excel):
    gappy = seasonal(36)
    gappy[20] = None
    zero = forecast(excel, orders(gappy))
    between = forecast(excel, orders(gappy), "interpolate")
    assert zero != between
    assert "1 month" in zero[0]["note"]
    assert between[0]["forecast"] == pytest.approx(
        forecast(excel, orders(seasonal(36)))[0]["forecast"], rel=0.05
    )


def test_too_many_months_without_orders_are_no_series(excel):
    gappy = [1000.0 if k % 2 == 0 or k == 35 else None for k in range(36)]
    error, sentence = refusal(excel, orders(gappy))
    assert error == "#NUM!"
    assert "17 of 36 months of revenue have no rows" in sentence


def test_a_series_of_less_than_two_seasons_has_none_and_says_so(excel):
    rows = orders(seasonal(18), first=2025)
    rows = (rows[0], *((i, a, day + 184, amount) for i, a, day, amount in rows[1:]))
    ahead = forecast(excel, rows)
    assert "season" in ahead[0]["note"]


def test_less_than_three_months_are_not_available(excel):
    rows = (("Order id", "Account id", "Date", "Amount"),
            ("a", "A", serial(2026, 11), 1.0), ("b", "A", serial(2026, 12), 2.0))  # fmt: skip
    error, sentence = refusal(excel, rows)
    assert error == "#N/A"
    assert "3" in sentence


@pytest.mark.parametrize("amount", [0.0, 250.0])
def test_a_constant_series_stays_and_has_no_width(excel, amount):
    for row in forecast(excel, orders([amount] * 36)):
        assert row["low"] == row["forecast"] == row["high"] == amount


def test_a_multiplicative_method_needs_positive_values(excel):
    error, sentence = refusal(
        excel, orders([5.0, -1.0, 3.0] * 12), "zero", "forecast", "ets multiplicative"
    )
    assert error == "#NUM!"
    assert "multiplicative needs values above 0" in sentence


def test_the_default_takes_negative_months(excel):
    ahead = forecast(excel, orders([5.0, -1.0, 3.0] * 12))
    assert all(math.isfinite(row["forecast"]) for row in ahead)


def test_one_outlier_leaves_the_forecast_finite_and_is_named(excel):
    slipped = seasonal(36)
    slipped[30] *= 1e6
    ahead = forecast(excel, orders(slipped))
    assert "2026-07" in ahead[0]["note"]
    assert "outlier" in ahead[0]["note"]
    assert ahead[0]["forecast"] == pytest.approx(
        forecast(excel, orders(seasonal(36)))[0]["forecast"], rel=0.2
    )


def test_months_near_the_largest_number_are_finite_or_an_overflow(excel):
    model = excel.model(orders=orders([1e308] * 35 + [9e307]), as_of=AS_OF)
    rows = excel.rows("CRM_FORECAST_SERIES", model, "revenue", "", "", 3.0)
    if len(rows) == 1:
        assert excel.refusal("CRM_FORECAST_SERIES", model, "revenue", "", "", 3.0)[0] == "#NUM!"
    else:
        assert all(math.isfinite(cell) for row in rows for cell in row if type(cell) is float)
