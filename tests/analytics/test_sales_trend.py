import csv
import datetime as dt
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from given import model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, theilslopes

from xlcrm.analytics.forecast.trend import trend
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue

DATA = Path(__file__).parents[3] / "shared" / "data" / "forecast"
AS_OF = dt.date(2026, 3, 15)

BY_HAND = [12.9, 14.8, 13.2, 15.7, 13.8, 15.6, 12.9, 11.0, 17.3, 15.9, 19.0, 18.3, 20.1, 21.7]
"""J. Little, Holy Cross, "A Mann-Kendall Example (By Hand)": 72 pairs rise, 18 fall, 1 is equal,
so S = 54; its variance is (14 x 13 x 33 - 2 x 1 x 9) / 18, and Z = 53 / root = 2.9058."""


def orders(values):
    months = range(2026 * 12 + 2 - len(values), 2026 * 12 + 2)
    rows = [(m, v) for m, v in zip(months, values, strict=True) if v is not None]
    return {
        "order_id": [f"O{month}" for month, _ in rows],
        "account_id": ["A"] * len(rows),
        "date": [pd.Timestamp(month // 12, month % 12 + 1, 9) for month, _ in rows],
        "amount": [float(value) for _, value in rows],
    }


def trends(values, rules=None, **options):
    tables = {"orders": orders(values)}
    if rules:
        tables["settings"] = {"name": list(rules), "value": list(rules.values())}
    return trend(model_with(AS_OF, **tables), **options)


def test_the_worked_example_of_mann_kendall_by_hand():
    row = trends(BY_HAND, method="plain").iloc[0]
    assert row["p_value"] == pytest.approx(math.erfc(2.9058 / math.sqrt(2)), abs=1e-6)
    assert row["tau"] == pytest.approx(54 / math.sqrt(91 * 90))
    assert (row["window"], row["months"]) == (36.0, 14.0)
    assert (row["first"], row["last"]) == ("2025-01", "2026-02")
    assert row["label"] == "growing"


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data/forecast is absent")
def test_the_last_three_years_of_air_passengers_are_as_scipy_has_them():
    with (DATA / "AirPassengers.csv").open() as file:
        passengers = [float(row["passengers"]) for row in csv.DictReader(file)]
    long, short = (trends(passengers, method="plain").iloc[k] for k in range(2))
    for row, months in ((long, 36), (short, 6)):
        values = passengers[-months:]
        assert row["tau"] == pytest.approx(kendalltau(range(months), values).statistic)
        slope = theilslopes(values).slope
        assert row["slope"] == pytest.approx(slope)
        assert row["yearly"] == pytest.approx(12 * slope / np.median(values))
    assert (long["label"], short["label"]) == ("growing", "declining")
    smoothed = trends(passengers).iloc[0]
    assert smoothed["tau"] > long["tau"]
    assert smoothed["yearly"] == pytest.approx(0.12, abs=0.03)


def test_a_season_is_no_trend():
    season = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 5.0, 5.0, 8.0, 8.0, 13.0, 13.0]
    start = (2 - 48) % 12
    wobble = np.random.default_rng(1).normal(0, 0.02, 48)
    values = [100 * season[(start + k) % 12] * math.exp(wobble[k]) for k in range(48)]
    assert trends(values, period="..2025-12").iloc[1]["label"] == "stagnating"
    assert trends(values, period="..2025-12", method="plain").iloc[1]["label"] == "growing"


def test_words_say_what_happens_and_how_surely():
    falling = [1000.0 - 3 * k for k in range(36)]
    row = trends(falling).iloc[0]
    middle = 1000 - 3 * 17.5
    assert row["slope"] == pytest.approx(-3.0)
    assert row["yearly"] == pytest.approx(-36 / middle)
    assert row["words"] == "Revenue declines: 3.8 % a year over 36 months (p < 0.001)"
    assert trends(falling, kpi="orders").iloc[0]["words"] == (
        "Orders stagnate: 0.0 % a year over 36 months (p = 1)"
    )


@pytest.mark.parametrize(
    ("yearly", "label"), [(0.019, "stagnating"), (0.021, "growing"), (-0.019, "stagnating")]
)
def test_less_than_two_percent_a_year_is_stagnation(yearly, label):
    values = [1000 + 1000 * yearly / 12 * (k - 17.5) for k in range(36)]
    row = trends(values, method="plain").iloc[0]
    assert row["yearly"] == pytest.approx(yearly)
    assert row["label"] == label
    sign = "" if label == "growing" else "-" if yearly < 0 else "+"
    assert f": {sign}{abs(100 * yearly):.1f} % a year" in row["words"]


def test_the_limits_of_stagnation_are_settings():
    values = [100.0, 104.0, 101.0, 103.0, 105.0, 104.5]
    assert trends(values).iloc[1]["label"] == "stagnating"
    assert trends(values, {"trend_p": 0.3}).iloc[1]["label"] == "growing"
    assert trends(values, {"trend_p": 0.3, "trend_flat": 0.9}).iloc[1]["label"] == "stagnating"


def test_the_windows_are_settings():
    frame = trends([float(k) for k in range(1, 61)], {"trend_months": 48, "trend_months_short": 12})
    assert frame["window"].tolist() == [48.0, 12.0]
    assert frame["months"].tolist() == [48.0, 12.0]
    assert frame["first"].tolist() == ["2022-03", "2025-03"]


def test_fewer_months_than_a_window_are_what_there_is():
    frame = trends([5.0, 6.0, 7.0, 9.0])
    assert frame["months"].tolist() == [4.0, 4.0]
    assert "4 months are too few to take a season out" in frame["words"][0]
    with pytest.raises(NotAvailable, match="3 whole months by 2026-03-15; it takes 4"):
        trends([5.0, 6.0, 7.0])


def test_the_probability_of_four_rising_months_is_two_in_24_orders():
    assert trends([5.0, 6.0, 7.0, 9.0]).iloc[0]["p_value"] == pytest.approx(2 / 24)


def test_constant_months_stagnate():
    row = trends([7.0] * 30).iloc[0]
    assert (row["tau"], row["p_value"], row["slope"], row["yearly"]) == (0.0, 1.0, 0.0, 0.0)
    assert row["label"] == "stagnating"
    assert trends([0.0] * 30).iloc[0]["yearly"] == 0.0


def test_a_median_of_zero_has_no_growth_rate():
    row = trends([-5.0, -4.0, -3.0, 0.0, 3.0, 4.0, 5.0]).iloc[0]
    assert row["yearly"] is ExcelError.DIV0
    assert row["label"] == "growing"
    assert row["slope"] == pytest.approx(1.8)  # the 11th of 21 slopes between pairs
    assert "Revenue grows: 21.6 a year over 7 months" in row["words"]


def test_months_without_rows_count_as_zero_up_to_three_in_ten():
    values = [*[10.0] * 9, None, 10.0]
    assert "1 month without rows counts as 0 (2026-01)" in trends(values)["words"][0]
    with pytest.raises(OutOfDomain, match="5 of 10 months"):
        trends([3.0, *[None] * 5, 4.0, 4.0, 4.0, 4.0])


def test_the_running_month_changes_nothing():
    tables = orders(BY_HAND)
    tables = {name: [*cells, cells[-1]] for name, cells in tables.items()}
    tables["date"][-1] = pd.Timestamp("2026-03-02")
    assert trend(model_with(AS_OF, orders=tables)).equals(trends(BY_HAND))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kpi": "win_rate"}, "win_rate is a ratio"),
        ({"method": "plane"}, "did you mean 'plain'"),
        ({"period": "soon"}, "no period"),
    ],
)
def test_what_is_not_there_is_named(options, words):
    with pytest.raises(WrongValue, match=words):
        trends(BY_HAND, **options)


few = settings(max_examples=25, deadline=None)
series = st.lists(st.integers(1, 10_000), min_size=4, max_size=40)


@few
@given(series, st.integers(0, 5))
def test_rows_in_any_order_give_the_same_bits(values, seed):
    mixed = trend(model_with(AS_OF, orders=shuffled(orders(values), seed)))
    assert mixed.equals(trends(values))


@few
@given(series)
def test_a_past_read_backwards_turns_its_trend_round(values):
    forth, back = trends(values, method="plain"), trends(values[::-1], method="plain")
    assert forth["tau"][0] == pytest.approx(-back["tau"][0])
    if len(values) <= 36:
        turned = {"growing": "declining", "declining": "growing", "stagnating": "stagnating"}
        assert back["label"][0] == turned[forth["label"][0]]


@few
@given(series, st.sampled_from([0.5, 4.0, 1024.0]))
def test_another_unit_of_money_changes_no_label(values, unit):
    one, other = trends(values), trends([unit * value for value in values])
    for name in ("tau", "p_value", "yearly"):
        assert one[name].tolist() == pytest.approx(other[name].tolist())
    assert one["label"].tolist() == other["label"].tolist()
