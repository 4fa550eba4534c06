import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from given import model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.forecast.series import forecast_series
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue
from xlcrm.stats.series import METHODS

AS_OF = dt.date(2026, 3, 15)
DATA = Path(__file__).parents[3] / "shared" / "data" / "forecast"
LETTERS = "JFMAMJJASOND"


def days_of(months, last, day=10):
    """A day in each of so many months, the last of them being ``last`` (year, month)."""
    end = 12 * last[0] + last[1] - 1
    return [pd.Timestamp(m // 12, m % 12 + 1, day) for m in range(end - months + 1, end + 1)]


def orders(values, last=(2026, 2), day=10):
    days = days_of(len(values), last, day)
    rows = [(d, v) for d, v in zip(days, values, strict=True) if v is not None]
    return {
        "order_id": [f"O{k}" for k in range(len(rows))],
        "account_id": ["A"] * len(rows),
        "date": [d for d, _ in rows],
        "amount": [float(v) for _, v in rows],
    }


def sold(values, as_of=AS_OF, **options):
    given = {"orders": orders(values)}
    if rules := options.pop("rules", None):
        given["settings"] = {"name": list(rules), "value": list(rules.values())}
    return forecast_series(model_with(as_of, **given), **options)


def ahead_of(frame):
    return frame[frame["forecast"] != ""].reset_index(drop=True)


def growing(months=48):
    season = [0.7, 0.8, 1.0, 0.9, 1.0, 1.2, 0.8, 0.7, 1.1, 1.2, 1.2, 1.4]
    wobble = np.random.default_rng(3).normal(0, 0.05, months)
    start = (2 - months) % 12
    return [
        (1000 + 10 * k) * season[(start + k) % 12] * float(np.exp(wobble[k])) for k in range(months)
    ]


def test_the_last_36_months_stand_before_the_months_ahead():
    frame = sold(growing(), ahead=6.0)
    assert list(frame.columns) == [
        "month", "actual", "forecast", "low", "high", "mean", "method", "note",
    ]  # fmt: skip
    assert len(frame) == 36 + 6
    assert frame["month"].iloc[0] == "2023-03"
    assert ahead_of(frame)["month"].tolist() == [f"2026-{m:02}" for m in range(3, 9)]
    assert set(frame["actual"].iloc[36:]) == {""}
    assert set(frame["forecast"].iloc[:36]) == {""}
    assert set(frame["note"].drop(36)) == {""}
    assert set(frame["method"]) == {"combination"}


def test_a_period_shows_all_its_months_and_is_forecast_from_its_end():
    frame = sold(growing(), period="2022-06..2025-12", ahead=1.0)
    assert frame["month"].iloc[[0, -1]].tolist() == ["2022-06", "2026-01"]
    assert len(frame) == 43 + 1


def test_a_period_within_months_takes_whole_ones_only():
    frame = sold(growing(), period="2025-06-02..2026-02-27", ahead=1.0)
    assert frame["month"].iloc[[0, -1]].tolist() == ["2025-07", "2026-02"]


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        (dt.date(2026, 2, 27), "2026-01"),
        (dt.date(2026, 2, 28), "2026-02"),
        (dt.date(2026, 3, 1), "2026-02"),
    ],
)
def test_a_month_counts_from_its_last_day_on(as_of, last):
    frame = sold(growing(), as_of=as_of)
    assert frame["month"][frame["actual"] != ""].iloc[-1] == last


def test_the_running_month_changes_nothing():
    values = growing()
    with_part = orders([*values, 77.0], last=(2026, 3))
    frame = forecast_series(model_with(AS_OF, orders=with_part))
    assert frame.equals(sold(values))


def test_rows_of_the_future_change_nothing():
    given = orders(growing())
    given = {name: [*cells, cells[-1]] for name, cells in given.items()}
    given["date"][-1] = pd.Timestamp("2027-01-05")
    assert forecast_series(model_with(AS_OF, orders=given)).equals(sold(growing()))


def test_rows_in_any_order_and_months_in_parts_give_the_same_bits():
    values = growing()
    given = orders([v / 4 for v in values])
    parts = {name: cells * 4 for name, cells in given.items()}
    parts["date"] = [day.replace(day=1 + k % 28) for k, day in enumerate(parts["date"])]
    frames = [forecast_series(model_with(AS_OF, orders=shuffled(parts, seed))) for seed in range(3)]
    assert frames[0].equals(frames[1])
    assert frames[0].equals(frames[2])
    assert frames[0]["actual"][:36].tolist() == pytest.approx(values[-36:], rel=1e-14)


def test_a_season_and_a_trend_are_carried_on():
    values = growing(60)
    plain = [v / w for v, w in zip(values, growing(60), strict=True)]
    assert plain == [1.0] * 60
    frame = ahead_of(sold(values))
    march, december = frame["forecast"][0], frame["forecast"][9]
    assert december / march == pytest.approx(1.4 / 1.0, rel=0.15)
    assert (frame["low"] < frame["forecast"]).all()
    assert (frame["forecast"] < frame["high"]).all()
    assert (frame["mean"] > frame["forecast"]).all()


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data/forecast is absent")
def test_a_year_of_air_passengers_is_foretold_within_a_twentieth():
    with (DATA / "AirPassengers.csv").open() as file:
        passengers = [float(row["passengers"]) for row in csv.DictReader(file)]
    frame = ahead_of(sold(passengers[:-12]))
    errors = np.abs(frame["forecast"].to_numpy(dtype=float) - passengers[-12:])
    assert errors.sum() / sum(passengers[-12:]) < 0.05
    inside = (frame["low"] <= passengers[-12:]) & (frame["high"] >= passengers[-12:])
    assert inside.sum() >= 11


def test_months_without_rows_count_as_zero_and_are_told():
    values = growing(24)
    values[20] = None
    frame = sold(values)
    assert frame["actual"][20] == 0.0
    assert "1 month without rows counts as 0 (2025-11)" in ahead_of(frame)["note"][0]


def test_months_without_rows_are_interpolated_between_their_neighbours():
    values = [100.0] * 20
    values[10], values[11], values[12] = 40.0, None, 60.0
    frame = sold(values, gaps="interpolate")
    assert frame["actual"][11] == 50.0
    assert "1 month without rows is interpolated (2025-06)" in ahead_of(frame)["note"][0]


def test_three_of_ten_months_may_be_missing_and_four_may_not():
    def with_gaps(count):
        return [None if 1 <= k <= count else 5.0 + k for k in range(10)]

    assert len(sold(with_gaps(3), ahead=1.0)) == 11
    with pytest.raises(OutOfDomain, match="4 of 10 months of revenue have no rows, more than 30%"):
        sold(with_gaps(4))
    assert len(sold(with_gaps(4), ahead=1.0, rules={"gap_share": 0.5})) == 11


def test_the_last_months_of_a_product_that_sells_no_more_are_zero():
    given = orders([50.0] * 24)
    given["product"] = ["P"] * 20 + ["Q"] * 4
    frame = forecast_series(model_with(AS_OF, orders=given), where="product=P")
    assert frame["actual"][20:24].tolist() == [0.0] * 4


def test_months_that_no_data_reach_are_none_of_the_past():
    frame = sold(growing(), as_of=dt.date(2026, 6, 20), ahead=2.0)
    assert ahead_of(frame)["month"].tolist() == ["2026-03", "2026-04"]


def test_under_three_months_there_is_no_forecast():
    with pytest.raises(NotAvailable, match="revenue has 2 whole months by 2026-03-15; it takes 3"):
        sold([10.0, 12.0])
    assert len(sold([10.0, 12.0, 11.0], ahead=1.0)) == 4


def test_no_rows_are_not_available():
    with pytest.raises(NotAvailable, match="no order lines match by 2019-01-01"):
        sold(growing(), as_of=dt.date(2019, 1, 1))


def test_under_eight_months_it_is_the_mean_or_the_drift():
    flat = ahead_of(sold([10.0, 12.0, 9.0, 13.0, 10.0, 12.0]))
    assert set(flat["method"]) == {"mean"}
    assert flat["forecast"].tolist() == pytest.approx([11.0] * 12)
    assert "too few for a model, so mean" in flat["note"][0]
    rising = ahead_of(sold([10.0, 20.0, 30.0, 40.0, 50.0, 60.0]))
    assert set(rising["method"]) == {"drift"}
    assert rising["forecast"][:3].tolist() == pytest.approx([70.0, 80.0, 90.0])


def test_under_two_years_there_is_no_season_and_the_note_says_so():
    assert "no seasonality" in ahead_of(sold(growing(23)))["note"][0]
    assert "no seasonality" not in ahead_of(sold(growing(24)))["note"][0]


def test_constant_months_stay_what_they_are_without_a_width():
    frame = ahead_of(sold([250.0] * 30))
    for name in ("forecast", "low", "high", "mean"):
        assert frame[name].tolist() == [250.0] * 12


def test_months_of_zero_stay_zero():
    frame = ahead_of(sold([0.0] * 30))
    assert frame["high"].tolist() == [0.0] * 12


def test_one_month_a_million_times_too_large_is_named_and_changes_little():
    values = growing()
    right = ahead_of(sold(values))
    values[-8] *= 1e6
    wrong = ahead_of(sold(values))
    assert "2025-07 (" in wrong["note"][0]
    assert "is an outlier: left out" in wrong["note"][0]
    ratio = wrong["forecast"].to_numpy(dtype=float) / right["forecast"].to_numpy(dtype=float)
    assert np.abs(np.log(ratio)).max() < 0.2


def test_figures_beyond_all_numbers_are_refused():
    with pytest.raises(OutOfDomain, match="overflow"):
        sold([10.0**k for k in range(296, 308)], ahead=24.0)
    given = orders([1e308] * 4)
    given["date"] = given["date"][:1] * 4
    with pytest.raises(OutOfDomain, match="overflow"):
        forecast_series(model_with(AS_OF, orders=given))


def test_a_multiplicative_method_needs_values_above_zero():
    values = growing()
    values[-7] = -5.0
    with pytest.raises(OutOfDomain, match="values above 0, and 2025-08 has -5"):
        sold(values, method="ets multiplicative")
    assert len(sold(values)) == 48


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_asked_for(method):
    assert set(sold(growing(), method=method.upper())["method"]) == {method}


@pytest.mark.parametrize("ahead", [0.0, 25.0, -1.0, 2.5, float("inf")])
def test_months_ahead_lie_between_1_and_24(ahead):
    with pytest.raises(OutOfDomain, match="no whole number of months from 1 to 24"):
        sold(growing(), ahead=ahead)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kpi": "win_rate"}, "win_rate is a ratio"),
        ({"kpi": "expected_revenue"}, "lies ahead"),
        ({"kpi": "revenu"}, "did you mean 'revenue'"),
        ({"method": "thet"}, "did you mean 'theta'"),
        ({"gaps": "zeros"}, "did you mean 'zero'"),
        ({"show": "error"}, "did you mean 'errors'"),
        ({"period": "soon"}, "no period"),
    ],
)
def test_what_is_not_there_is_named(options, words):
    with pytest.raises(WrongValue, match=words):
        sold(growing(), **options)


def test_a_level_without_an_interval_is_refused():
    with pytest.raises(OutOfDomain, match="confidence_level 0"):
        sold(growing(), rules={"confidence_level": 0.0})


def test_the_interval_is_narrower_at_a_lower_level():
    wide, narrow = (
        ahead_of(sold(growing(), rules={"confidence_level": level})) for level in (0.95, 0.5)
    )
    assert (narrow["high"] < wide["high"]).all()
    assert (narrow["low"] > wide["low"]).all()


def test_the_errors_of_the_seasonal_naive_method_worked_out_by_hand():
    """Two equal years but for the last month: 110 where the year before had 100.

    The last 8 of 24 months are foretold one by one. The first seven are right; the last is off by
    10, so WAPE is 10 / (7 x 100 + 110); its symmetric error is 200 x 10 / 210, by 8 origins.
    """
    frame = sold([100.0 + (k % 2) for k in range(12)] * 2, show="errors")
    naive = frame[frame["method"] == "seasonal naive"].iloc[0]
    assert (naive["wape"], naive["smape"], naive["origins"]) == (0.0, 0.0, 8.0)
    frame = sold([100.0] * 23 + [110.0], show="errors")
    naive = frame[frame["method"] == "seasonal naive"].iloc[0]
    assert naive["wape"] == pytest.approx(10 / 810)
    assert naive["smape"] == pytest.approx(200 * 10 / 210 / 8)
    assert naive["mase"] is ExcelError.NA


def test_errors_name_every_method_and_the_one_in_force():
    values = growing()
    values[5] = 0.0
    frame = sold(values, show="errors", method="theta")
    assert frame["method"].tolist() == list(METHODS)
    assert frame["in_force"].tolist().count("yes") == 1
    assert frame.set_index("method")["in_force"]["theta"] == "yes"
    barred = frame.set_index("method").loc["ets multiplicative"]
    assert [barred[name] for name in ("mase", "wape", "smape")] == [ExcelError.NA] * 3
    assert barred["origins"] == 0.0
    with pytest.raises(NotAvailable, match="it takes 4"):
        sold([1.0, 2.0, 3.0], show="errors")


def test_counts_of_deals_are_a_series_too():
    days = [day for day in days_of(30, (2026, 2)) for _ in range(3)]
    deals = {
        "deal_id": [str(k) for k in range(90)],
        "owner": ["Ann"] * 90,
        "created": [*days[:-1], None],
        "stage": ["Lead"] * 90,
        "amount": [1.0] * 90,
        "expected_close": [None] * 90,
        "status": ["open"] * 90,
    }
    frame = forecast_series(model_with(AS_OF, deals=deals), "opportunities_created")
    assert frame["actual"][:30].tolist() == [3.0] * 29 + [2.0]
    assert "1 row without a date is left out" in ahead_of(frame)["note"][0]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(0, 1e6), min_size=3, max_size=40),
    st.sampled_from(["combination", "mean", "drift", "seasonal naive"]),
)
def test_every_series_of_sales_gets_finite_figures_in_order(values, method):
    try:
        frame = ahead_of(sold(values, method=method, ahead=5.0))
    except (NotAvailable, OutOfDomain):  # values too far apart, as 1e-300 beside 1e6
        return
    figures = frame[["low", "forecast", "high"]].to_numpy(dtype=float)
    assert np.isfinite(figures).all()
    assert (np.diff(figures, axis=1) >= 0).all()
    assert (figures >= 0).all()
