import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from given import model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.figures import kpi_value
from xlcrm.analytics.forecast.landing.landing import landing
from xlcrm.analytics.forecast.landing.month_names import months_named
from xlcrm.analytics.forecast.landing.seasons import decomposed, estimated
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.analytics.forecast.series import forecast_series
from xlcrm.analytics.forecast.whole_months import Series
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue

JUNE_17 = dt.date(2026, 6, 17)
QUARTERS = {"period": ["Q1", "Q2", "Q3", "Q4"], "weight": [20.0, 10.0, 20.0, 50.0]}
EVEN = {"period": [str(k) for k in range(1, 13)], "weight": [1.0] * 12}


def sales(amounts, **more):
    """Orders from pairs of day and amount."""
    days, values = zip(*amounts, strict=True)
    return {
        "order_id": [f"O{k}" for k in range(len(days))],
        "account_id": ["A"] * len(days),
        "date": [pd.Timestamp(day) for day in days],
        "amount": [float(value) for value in values],
        **more,
    }


def landed(amounts, as_of=JUNE_17, rules=None, tables=None, **options):
    given = {"orders": sales(amounts), **(tables or {})}
    if rules:
        given["settings"] = {"name": list(rules), "value": list(rules.values())}
    return landing(model_with(as_of, **given), **options)


HALF_YEAR = [("2026-01-31", 1800), ("2026-04-10", 400), ("2026-05-05", 300), ("2026-06-17", 70)]


def test_a_weighted_year_worked_out_by_hand():
    """Weights 20, 10, 20, 50 by quarter; a month of a quarter weighs a third, its days alike.

    On 17 June .2 + .1 x (2/3 + 17/90) = .28556 of the year has passed, 77/90 of the quarter,
    17/30 of the month. 2570 so far land the year at 9000, 770 the quarter at 900.
    """
    frame = landed(HALF_YEAR, tables={"seasonality": QUARTERS})
    assert frame["period"].tolist() == ["2026-06", "2026-Q2", "2026"]
    assert frame["actual"].tolist() == [70.0, 770.0, 2570.0]
    assert frame["elapsed"].tolist() == pytest.approx([17 / 30, 77 / 90, 0.2 + 0.1 * 77 / 90])
    assert frame["landing"].tolist() == pytest.approx([70 * 30 / 17, 900.0, 9000.0])
    assert frame["remaining"].tolist() == pytest.approx([70 * 13 / 17, 130.0, 6430.0])
    assert set(frame["method"]) == {"pace"}
    assert all("season of the Seasonality table" in note for note in frame["note"])


def test_a_target_is_met_halfway_at_half_its_pace():
    """The plan to date is 18 000 x .28556 = 5140; 2570 are half of it, and land at half."""
    row = landed(
        HALF_YEAR, tables={"seasonality": QUARTERS}, period="this year", target=18_000.0
    ).iloc[0]
    assert row["target"] == 18_000.0
    assert row["pace"] == pytest.approx(0.5)
    assert row["attainment"] == pytest.approx(0.5)
    assert row["gap"] == pytest.approx(-9000.0)


def test_targets_come_from_their_table_and_are_missing_where_it_has_none():
    targets = {"period": ["2026"], "metric": ["revenue"], "target": [18_000.0]}
    frame = landed(HALF_YEAR, tables={"seasonality": QUARTERS, "targets": targets})
    assert frame["target"].tolist() == [ExcelError.NA, ExcelError.NA, 18_000.0]
    for name in ("attainment", "gap", "pace", "probability"):
        assert frame[name][0] is ExcelError.NA
    assert frame["attainment"][2] == pytest.approx(0.5)


def test_a_target_of_nothing_has_no_attainment():
    row = landed(HALF_YEAR, period="2026", target=0.0).iloc[0]
    assert row["attainment"] is ExcelError.DIV0
    assert row["pace"] is ExcelError.DIV0
    assert row["probability"] == 1.0


LIKE_DAYS = [
    (f"2026-{month:02}-{day:02}", amount)
    for month, days, miss in ((3, 31, 1.1), (4, 30, 1 / 1.1), (5, 31, 1.1), (6, 30, 1 / 1.1))
    for day, amount in ((15, 100 * 15 / days), (28, 100 * miss - 100 * 15 / days))
]
"""Months of which the 15th landed at 100 each, and which came to 110 or 90.909."""


def test_the_range_is_how_such_landings_missed():
    """All four missed by the factor 1.1; t is 2.776445 on 4 degrees of freedom at 95 %."""
    given = [*LIKE_DAYS, ("2026-07-15", 200 * 15 / 31)]
    row = landed(given, dt.date(2026, 7, 15), period="this month", target=220.0).iloc[0]
    assert row["landing"] == pytest.approx(200.0)
    assert row["low"] == pytest.approx(200 * 1.1**-2.776445, rel=1e-6)
    assert row["high"] == pytest.approx(200 * 1.1**2.776445, rel=1e-6)
    assert row["probability"] == pytest.approx(0.1869505, abs=1e-7)  # t = -1 on 4 degrees
    assert "range of 4 like periods" in row["note"]


def test_three_like_periods_are_too_few():
    given = [*LIKE_DAYS[2:], ("2026-07-15", 200 * 15 / 31)]
    row = landed(given, dt.date(2026, 7, 15), period="this month").iloc[0]
    assert "range of the series: fewer than 4 like periods" in row["note"]
    assert row["low"] < 200.0 < row["high"]
    row = landed(given[2:], dt.date(2026, 7, 15), period="this month", target=1e6).iloc[0]
    assert [row["low"], row["high"], row["probability"]] == [ExcelError.NA] * 3
    assert "no range: too little past" in row["note"]


def test_a_month_without_sales_so_far_still_has_a_range():
    given = [(day, amount) for day, amount in LIKE_DAYS if day[8:] == "28"]
    row = landed(given, dt.date(2026, 7, 2), period="this month").iloc[0]
    assert (row["actual"], row["landing"], row["low"]) == (0.0, 0.0, 0.0)
    assert row["high"] > 50


@pytest.mark.parametrize("method", ["pace", "series"])
def test_on_its_last_day_a_period_has_landed(method):
    given = [(f"{m // 12}-{m % 12 + 1:02}-05", 100 + m % 7) for m in range(24300, 24318)]
    frame = landed(given, dt.date(2026, 6, 30), method=method, rules={"fy_start": 7})
    assert frame["period"].tolist() == ["2026-06", "2026-Q4", "2026"]
    assert frame["elapsed"].tolist() == [1.0] * 3
    assert frame["remaining"].tolist() == [0.0] * 3
    for name in ("landing", "low", "high"):
        assert frame[name].tolist() == frame["actual"].tolist()


def test_a_landed_target_is_reached_or_not():
    given = [("2026-06-02", 100)]
    for target, chance in ((99.0, 1.0), (100.0, 1.0), (101.0, 0.0)):
        row = landed(given, dt.date(2026, 6, 30), period="this month", target=target).iloc[0]
        assert row["probability"] == chance


def test_what_is_reached_already_is_certain():
    row = landed(HALF_YEAR, period="this year", target=2570.0).iloc[0]
    assert row["probability"] == 1.0


def months_back(count, last=(2026, 5), noise=0.3, seed=5):
    end = 12 * last[0] + last[1] - 1
    chance = np.random.default_rng(seed)
    return [
        (f"{m // 12}-{m % 12 + 1:02}-{day:02}", 500 * math.exp(chance.normal(0, noise)))
        for m in range(end - count + 1, end + 1)
        for day in (5, 20)
    ]


def test_the_series_lands_at_means_which_are_above_medians():
    given = [*months_back(48), ("2026-06-10", 300)]
    tables = {"orders": sales(given)}
    model = model_with(JUNE_17, **tables)
    row = landing(model, period="this year", method="series").iloc[0]
    ahead = forecast_series(model, ahead=7.0).iloc[-7:]
    medians = ahead["forecast"].to_numpy(dtype=float)
    means = ahead["mean"].to_numpy(dtype=float)
    part = np.array([13 / 30, *[1.0] * 6])
    assert row["remaining"] == pytest.approx(float(part @ means))
    assert row["remaining"] > float(part @ medians)
    assert row["low"] < row["landing"] < row["high"]
    assert "series forecast by combination" in row["note"]


def test_the_series_of_whole_months_has_the_range_of_their_sum():
    """On the last day of a month nothing is in part: the interval is that of the sum itself."""
    from xlcrm.stats.series import forecast as series_forecast
    from xlcrm.stats.series import total

    given = months_back(48)
    as_of = dt.date(2026, 5, 31)
    row = landed(given, as_of, period="this year", method="series").iloc[0]
    months = pd.DataFrame(given, columns=["day", "amount"])
    values = months.groupby(months["day"].str[:7])["amount"].sum().to_numpy()
    expected, low, high = total(series_forecast(values, 7), 7)
    so_far = values[-5:].sum()
    assert row["landing"] == pytest.approx(so_far + expected)
    assert row["low"] == pytest.approx(so_far + low)
    assert row["high"] == pytest.approx(so_far + high)


def test_the_ends_of_a_range_are_passed_with_the_chance_that_it_has():
    """The upper end of a 95 % interval is reached with 2.5 %, the lower one with 97.5 %."""
    for method in ("pace", "series"):
        first = landed(months_back(60), period="this year", method=method).iloc[0]
        for end, chance in (("high", 0.025), ("low", 0.975)):
            row = landed(
                months_back(60), period="this year", method=method, target=first[end]
            ).iloc[0]
            assert row["probability"] == pytest.approx(chance, abs=1e-6)


def test_a_longer_past_ends_where_data_end():
    """Orders reach to March; April and May are foretold too, and June in whole."""
    given = months_back(40, last=(2026, 3))
    row = landed(given, JUNE_17, period="2026-Q2", method="series").iloc[0]
    model = model_with(JUNE_17, orders=sales(given))
    means = forecast_series(model, ahead=3.0)["mean"].iloc[-3:].tolist()
    assert row["actual"] == 0.0
    assert row["remaining"] == pytest.approx(means[2] * 13 / 30)


# ── periods ─────────────────────────────────────────────────────────────────────────────────


def test_a_period_must_hold_the_day():
    with pytest.raises(NotAvailable, match="2025 has ended: its revenue is 12"):
        landed([("2025-03-01", 12), ("2026-01-01", 1)], period="2025")
    with pytest.raises(NotAvailable, match="2027 has not begun by 2026-06-17"):
        landed(HALF_YEAR, period="2027")
    with pytest.raises(WrongValue, match="no beginning or no end"):
        landed(HALF_YEAR, period="2026-01..")


def test_a_week_lands_by_its_days():
    """Monday 15 June to Wednesday: three of seven days."""
    given = [("2026-06-14", 9), ("2026-06-15", 30), ("2026-06-17", 60), ("2026-06-18", 1000)]
    row = landed(given, period="2026-W25").iloc[0]
    assert row["period"] == "2026-06-15..2026-06-21"
    assert row["actual"] == 90.0
    assert row["elapsed"] == pytest.approx(3 / 7)
    assert row["landing"] == pytest.approx(210.0)


def test_a_half_year_is_compared_with_the_same_half_of_other_years():
    given = [(f"{m // 12}-{m % 12 + 1:02}-17", 100) for m in range(2021 * 12, 2026 * 12 + 6)]
    row = landed(given, period="2026-01..2026-06").iloc[0]
    assert "range of 5 like periods" in row["note"]


def test_fiscal_quarters_and_years():
    given = [(f"{m // 12}-{m % 12 + 1:02}-10", 100) for m in range(2024 * 12, 2026 * 12 + 6)]
    frame = landed(given, rules={"fy_start": 4}, tables={"seasonality": QUARTERS})
    assert frame["period"].tolist() == ["2026-06", "2027-Q1", "2027"]
    assert frame["actual"].tolist() == [100.0, 300.0, 300.0]
    assert frame["elapsed"][2] == pytest.approx(0.2 * (2 / 3 + 17 / 90))


# ── seasons ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("3", (2,)), ("03", (2,)), ("March", (2,)), ("MARCH ", (2,)), ("Mar.", (2,)),
        ("maart", (2,)), ("mrt", (2,)), ("März", (2,)), ("mars", (2,)), ("marzo", (2,)),
        ("март", (2,)), ("2026-03", (2,)), ("46082", (2,)), ("Sept", (8,)), ("août", (7,)),
        ("Q1", (0, 1, 2)), ("T4", (9, 10, 11)), ("2. Quartal", (3, 4, 5)), ("2026-Q3", (6, 7, 8)),
        ("0", ()), ("13", ()), ("jui", ()), ("ma", ()), ("Q5", ()), ("summer", ()), ("", ()),
    ],
)  # fmt: skip
def test_months_and_quarters_by_their_names(text, months):
    assert months_named(text, 1, 1900) == months


@pytest.mark.parametrize("scale", [1.0, 0.01, 0.12, 7.0])
def test_weights_may_be_shares_percentages_or_indices(scale):
    given = {**QUARTERS, "weight": [scale * weight for weight in QUARTERS["weight"]]}
    frame = landed(HALF_YEAR, tables={"seasonality": given})
    assert frame["landing"].tolist() == pytest.approx([70 * 30 / 17, 900.0, 9000.0])


def test_percentages_that_do_not_add_up_are_told():
    given = {**QUARTERS, "weight": [20.0, 10.0, 20.0, 47.0]}
    note = landed(HALF_YEAR, tables={"seasonality": given})["note"][0]
    assert "whose weights add up to 97 % and are scaled" in note


@pytest.mark.parametrize(
    ("periods", "weights", "error", "words"),
    [
        (["Q1", "Q2", "Q3"], [1.0, 1.0, 1.0], WrongValue, "no weight for month 10, 11, 12"),
        (["Q1", "Q2", "Q3", "Q4", "May"], [1.0] * 5, WrongValue, "May is there twice"),
        (["Q1", "Q2", "Q3", "autumn"], [1.0] * 4, WrongValue, "'autumn' is no month or quarter"),
        (["Q1", "Q2", "Q3", None], [1.0] * 4, WrongValue, "without its month"),
        (["Q1", "Q2", "Q3", "Q4"], [1.0, 1.0, 1.0, -1.0], OutOfDomain, "Q4 is -1, below 0"),
        (["Q1", "Q2", "Q3", "Q4"], [0.0] * 4, OutOfDomain, "add up to 0"),
    ],
)
def test_a_table_of_weights_must_cover_the_year_once(periods, weights, error, words):
    with pytest.raises(error, match=words):
        landed(HALF_YEAR, tables={"seasonality": {"period": periods, "weight": weights}})


def test_a_season_that_has_not_begun_gives_no_pace():
    given = {"period": [str(k) for k in range(1, 13)], "weight": [0.0] * 6 + [1.0] * 6}
    frame = landed(HALF_YEAR, tables={"seasonality": given})
    year = frame.iloc[2]
    assert (year["elapsed"], year["landing"]) == (0.0, ExcelError.DIV0)
    assert "no pace" in year["note"]
    assert frame["elapsed"][0] == pytest.approx(17 / 30)
    assert "has no weight in 2026-06: by its days" in frame["note"][0]


def test_a_multiplicative_season_is_found_again():
    indices = np.array([0.6, 0.9, 1.0, 1.5])
    values = 200 * np.tile(indices, 5)
    assert decomposed(values, 4).tolist() == pytest.approx(indices.tolist())
    trend = np.linspace(100, 200, 24)
    assert decomposed(trend * np.tile(indices, 6), 4).tolist() == pytest.approx(
        indices.tolist(), rel=0.02
    )


def test_an_additive_season_where_a_month_is_nothing():
    values = np.tile([0.0, 10.0, 20.0, 10.0], 4)
    assert decomposed(values, 4).tolist() == pytest.approx([0.0, 1.0, 2.0, 1.0])


def of_months(values, first=12 * 2024):
    return estimated(Series(first, np.array(values, dtype=float), ()))


def test_one_year_tells_half_of_its_season():
    """December has 23 of 34: half of that and half of 1/12."""
    weights = of_months([1.0] * 11 + [23.0]).weights
    assert weights[11] == pytest.approx((23 / 34 + 1 / 12) / 2)
    assert weights[:11].tolist() == pytest.approx([(1 / 34 + 1 / 12) / 2] * 11)


def test_months_keep_their_place_whatever_month_a_past_begins_with():
    year = [1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 13]
    from_july = year[6:] + year[:6]
    found = of_months(from_july * 3, 12 * 2022 + 6)
    assert found.weights.tolist() == pytest.approx((np.array(year) / 24).tolist())
    assert found.words == "season of 36 months"


def test_less_than_a_year_tells_nothing():
    found = of_months([5.0, 50.0, 5.0])
    assert found.weights.tolist() == [1 / 12] * 12
    assert found.words == "even season: 3 months of the past"


def test_an_outlier_makes_no_season():
    wobble = 100 + np.arange(36) % 5
    wobble[17] *= 1_000_000
    found = of_months(wobble)
    assert found.weights.max() < 0.1
    assert "without 2025-06" in found.words


# ── other figures, and deals ────────────────────────────────────────────────────────────────


def test_counts_of_orders_land_too_and_customers_do_not():
    frame = landed(HALF_YEAR, kpi="orders", tables={"seasonality": EVEN})
    assert frame["actual"].tolist() == [1.0, 3.0, 4.0]
    assert frame["landing"][0] == pytest.approx(30 / 17)
    with pytest.raises(WrongValue, match="customers is no sum"):
        landed(HALF_YEAR, kpi="customers")
    with pytest.raises(WrongValue, match="is a ratio"):
        landed(HALF_YEAR, kpi="win_rate")


STAGES = {
    "stage": ["Lead", "Offer"],
    "order": [1.0, 2.0],
    "probability": [0.2, 0.5],
    "category": ["pipeline", "commit"],
}


def deals(*rows):
    """Deals from status, amount, stage, closing or expected day."""
    return {
        "deal_id": [f"D{k}" for k in range(len(rows))],
        "owner": ["Ann"] * len(rows),
        "created": [pd.Timestamp("2026-01-02")] * len(rows),
        "stage": [row[2] for row in rows],
        "amount": [float(row[1]) for row in rows],
        "expected_close": [pd.Timestamp(row[3]) for row in rows],
        "closed_on": [None if row[0] == "open" else pd.Timestamp(row[3]) for row in rows],
        "status": [row[0] for row in rows],
    }


PIPELINE = deals(
    ("won", 1000, "Offer", "2026-02-01"),
    ("won", 200, "Offer", "2026-06-01"),
    ("open", 400, "Offer", "2026-06-28"),
    ("open", 600, "Offer", "2026-05-28"),
    ("open", 500, "Lead", "2026-09-01"),
    ("open", 900, "Lead", "2027-01-01"),
)


def with_deals(method="pipeline", more=None, **options):
    tables = {"deals": PIPELINE, "stages": STAGES, **(more or {})}
    rules = {"name": ["rho"], "value": [0.0]}
    return landing(model_with(JUNE_17, settings=rules, **tables), method=method, **options)


def test_open_deals_land_by_their_probability():
    """June: 200 won, and half of 400 and of 600 (overdue, pushed); the year has .2 x 500 more.

    Nothing tells how far deals came, so the configured probabilities are in force.
    """
    frame = with_deals()
    assert frame["actual"].tolist() == [200.0, 200.0, 1200.0]
    assert frame["landing"].tolist() == pytest.approx([700.0, 700.0, 1800.0])
    assert frame["low"].tolist() == [200.0, 200.0, 1200.0]
    assert frame["high"].tolist() == [1200.0, 1200.0, 2700.0]
    assert "2 open deals by probability (configured" in frame["note"][0]


def test_the_chance_of_a_target_counts_the_outcomes_of_deals():
    """Four outcomes of equal chance: 200, 600, 800 and 1200; two reach 700."""
    assert with_deals(period="this month", target=700.0)["probability"][0] == pytest.approx(0.5)
    assert with_deals(period="this month", target=1200.0)["probability"][0] == pytest.approx(0.25)


def test_the_pipeline_lands_where_the_forecast_does():
    rules = {"name": ["rho"], "value": [0.0]}
    model = model_with(JUNE_17, deals=PIPELINE, stages=STAGES, settings=rules)
    told = forecast(model, "", "", "this year").iloc[0]
    row = landing(model, period="this year", method="pipeline").iloc[0]
    assert row["landing"] == pytest.approx(told["total"])


def test_deals_won_are_the_actual_of_the_pipeline_though_there_are_orders():
    frame = with_deals(more={"orders": sales([("2026-06-01", 5555)])})
    assert frame["actual"][0] == 200.0
    assert "actual is of deals won, not of order lines" in frame["note"][0]


def test_a_pipeline_lands_before_the_first_deal_is_won():
    open_only = deals(("open", 400, "Offer", "2026-06-28"))
    row = landing(
        model_with(JUNE_17, deals=open_only, stages=STAGES), period="2026-06", method="pipeline"
    ).iloc[0]
    assert (row["actual"], row["landing"]) == (0.0, 200.0)


def test_the_pipeline_says_nothing_of_counts():
    with pytest.raises(WrongValue, match="pipeline lands revenue or won_amount"):
        with_deals(kpi="won_deals")


def test_fewer_lost_deals_than_aimed_at_are_better():
    given = deals(*[("lost", 1, "Lead", f"2026-{m:02}-{d:02}") for m in range(1, 7)
                    for d in range(1, 9 + m % 2)])  # fmt: skip
    tight, wide = (
        landing(model_with(JUNE_17, deals=given), "lost_deals", "", "2026", aim).iloc[0]
        for aim in (60.0, 150.0)
    )
    assert tight["actual"] == 51.0
    assert tight["probability"] < 0.5 < wide["probability"]
    beyond = landing(model_with(JUNE_17, deals=given), "lost_deals", "", "2026", 50.0).iloc[0]
    assert beyond["probability"] == 0.0


# ── what is refused ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"method": "pase"}, WrongValue, "did you mean 'pace'"),
        ({"kpi": "open_amount"}, WrongValue, "lies ahead"),
        ({"target": 5.0}, WrongValue, "a target is that of one period"),
        ({"target": -5.0}, OutOfDomain, "negative"),
        ({"method": "series"}, OutOfDomain, "1 of 3 months of revenue|of 5 months of revenue"),
        ({"where": "account_id=B"}, NotAvailable, "B"),
    ],
)
def test_what_cannot_be_landed_is_named(options, error, words):
    given = [(day, amount) for day, amount in HALF_YEAR if day[5:7] not in ("04",)]
    with pytest.raises(error, match=words):
        landed(given, **options)


def test_a_landing_beyond_all_numbers_is_refused():
    with pytest.raises(OutOfDomain, match="overflow"):
        landed([("2026-06-17", 1e308)], period="2026", tables={"seasonality": QUARTERS})


def test_a_series_reaches_two_years_ahead():
    with pytest.raises(OutOfDomain, match="24 months ahead"):
        landed(months_back(30), period="2026..2029", method="series")
    row = landed(months_back(30), period="2026..2029").iloc[0]
    assert row["low"] is ExcelError.NA


# ── laws ────────────────────────────────────────────────────────────────────────────────────

few = settings(max_examples=12, deadline=None)
single = st.tuples(
    st.dates(dt.date(2023, 1, 1), JUNE_17).map(str), st.floats(1, 1e6, allow_subnormal=False)
)
dense = st.lists(st.floats(1, 1e6), min_size=4, max_size=42).map(
    lambda values: [
        (f"{m // 12}-{m % 12 + 1:02}-{5 + m % 12:02}", value)
        for m, value in enumerate(values, 2026 * 12 + 6 - len(values))
    ]
)
amounts = st.lists(single, min_size=1, max_size=60) | dense
methods = st.sampled_from(["pace", "series"])


def told(given, **options):
    try:
        return landed(given, **options)
    except (NotAvailable, OutOfDomain):  # too few months, or too many without rows
        return None


@few
@given(amounts, methods)
def test_what_came_so_far_is_the_least_that_sales_land_at(given, method):
    frame = told(given, method=method)
    if frame is None:
        return
    model = model_with(JUNE_17, orders=sales(given))
    for row, period in zip(frame.to_dict("records"), ("MTD", "QTD", "YTD"), strict=True):
        assert row["actual"] == kpi_value(model, "revenue", period=period)
        assert 0 < row["elapsed"] < 1
        assert row["landing"] >= row["actual"]
        assert row["landing"] == pytest.approx(row["actual"] + row["remaining"])
        if isinstance(row["low"], float):
            assert row["actual"] <= row["low"] <= row["landing"] <= row["high"]


@few
@given(amounts, methods, st.floats(1, 1e8))
def test_attainment_times_target_is_the_landing(given, method, target):
    frame = told(given, method=method, period="this year", target=target)
    if frame is None:
        return
    row = frame.iloc[0]
    assert row["attainment"] * target == pytest.approx(row["landing"])
    assert row["gap"] == pytest.approx(row["landing"] - target)
    assert row["pace"] * target * row["elapsed"] == pytest.approx(row["actual"])
    if not isinstance(row["probability"], ExcelError):
        assert 0 <= row["probability"] <= 1


@few
@given(amounts, methods, st.integers(0, 3))
def test_rows_in_any_order_land_at_the_same_bits(given, method, seed):
    frame = told(given, method=method)
    if frame is None:
        return
    mixed = landing(model_with(JUNE_17, orders=shuffled(sales(given), seed)), method=method)
    assert mixed.equals(frame)
