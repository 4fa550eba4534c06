"""Forecasts against what others computed: the M3 competition, R, statsmodels."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from xlcrm.stats.accuracy import smape
from xlcrm.stats.series import forecast, total
from xlcrm.stats.series.seasonality import centred_average, detrended
from xlcrm.stats.series.smoothing import Parameters, States, likeliest, run, starting_states

DATA = Path(__file__).parents[3] / "shared" / "data" / "forecast"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder ../shared/data/forecast is absent"
)


def rows(name):
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


PRINTED = """
-24.7487 -36.1881 -2.2412 -8.0366 -4.5063 35.4028
63.8308 62.8232 16.5202 -20.6427 -53.5934 -28.6199
"""  # seasonal_decompose of statsmodels 0.15, model "additive", of the air passengers


@pytest.fixture(scope="module")
def m3():
    parts = {"train": defaultdict(list), "test": defaultdict(list)}
    for row in rows("m3_monthly_subset_long.csv"):
        parts[row["split"]][row["series"]].append((int(row["t"]), float(row["value"])))
    return [
        {name: np.array([value for _, value in sorted(pairs)]) for name, pairs in part.items()}
        for part in parts.values()
    ]


@pytest.fixture(scope="module")
def made(m3):
    return {name: forecast(values, 18) for name, values in m3[0].items()}


@pytest.fixture(scope="module")
def passengers():
    return np.array([float(row["passengers"]) for row in rows("AirPassengers.csv")])


def published(m3):
    errors = defaultdict(list)
    for row in rows("m3_monthly_subset_published_forecasts.csv"):
        points = np.array([float(row[f"h{step}"]) for step in range(1, 19)])
        errors[row["method"]].append(smape(m3[1][row["series"]], points))
    return {method: float(np.mean(found)) for method, found in errors.items()}


def of_all(m3, method):
    return np.mean(
        [smape(m3[1][k], forecast(v, 18, method=method).point) for k, v in m3[0].items()]
    )


# ── the M3 competition ──────────────────────────────────────────────────────────────────────


def test_the_combination_beats_all_published_methods_on_180_series(m3, made):
    ours = np.mean([smape(m3[1][name], found.point) for name, found in made.items()])
    assert len(made) == 180
    assert ours <= 15.42
    assert ours < min(published(m3).values())


def test_our_theta_is_as_good_as_the_published_one(m3):
    assert of_all(m3, "theta") == pytest.approx(published(m3)["THETA"], abs=0.2)


def test_intervals_of_95_percent_hold_93_to_97_percent(m3, made):
    held = [
        (found.low <= m3[1][name]) & (m3[1][name] <= found.high) for name, found in made.items()
    ]
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(held, axis=0).min() >= 0.92


def test_the_year_to_come_lies_in_its_interval_and_its_mean_is_not_biased(m3, made):
    sums = {name: total(found, 12) for name, found in made.items()}
    came = {name: float(m3[1][name][:12].sum()) for name in made}
    assert 0.93 <= np.mean([sums[k][1] <= came[k] <= sums[k][2] for k in made]) <= 0.99
    assert abs(np.mean([came[k] / sums[k][0] - 1 for k in made])) < 0.03


def test_seasonal_naive_errors_are_those_that_r_found(m3):
    for row in rows("m3_60_series_R_ets_AAA_smape.csv"):
        found = forecast(m3[0][row["series"]], 18, method="seasonal naive")
        error = smape(m3[1][row["series"]], found.point)
        assert error == pytest.approx(float(row["smape_snaive"]), abs=1e-3)


def test_additive_smoothing_is_no_worse_than_r_s(m3):
    theirs = {
        r["series"]: float(r["smape_ets_AAA"]) for r in rows("m3_60_series_R_ets_AAA_smape.csv")
    }
    ours = [smape(m3[1][k], forecast(m3[0][k], 18, method="ets additive").point) for k in theirs]
    assert np.mean(ours) <= np.mean(list(theirs.values()))


# ── decomposition and state space models ────────────────────────────────────────────────────


def test_the_additive_decomposition_is_that_of_statsmodels(passengers):
    left, first, _ = detrended(passengers, 12)
    places = (first + np.arange(len(left))) % 12
    means = np.array([left[places == place].mean() for place in range(12)])
    assert means - means.mean() == pytest.approx(
        [float(index) for index in PRINTED.split()], abs=1e-4
    )
    assert centred_average(passengers, 12)[:2] == pytest.approx([126.7917, 127.25], abs=1e-4)


def log_likelihood(cost, count):
    return -cost / 2 - count / 2 * (np.log(2 * np.pi / count) + 1)


def one(*constants):
    return Parameters(*(np.array([constant]) for constant in constants))


def test_the_additive_recursion_has_statsmodels_likelihood_at_given_parameters(passengers):
    """ETSModel of statsmodels 0.15, error, trend and season "add", damped, these states known."""
    season = [-25, -36, -2, -8, -4.5, 35.4, 63.8, 62.8, 16.5, -20.6, -53.6, -28.8]
    start = States(np.array([120.0]), np.array([2.0]), np.array(season))
    cost, states = run(passengers, start, one(0.3, 0.05, 0.2, 0.95), False, keep=True)
    assert np.exp(cost[0] / 144) == pytest.approx(85408.34478973574)
    assert log_likelihood(cost[0], 144) == pytest.approx(-664.0749256321304)
    damped = 0.95 * states.trend[-1]
    assert states.level[-1] + damped + states.season[-1][0] == pytest.approx(469.5816, abs=1e-4)
    damped += 0.95**2 * states.trend[-1]
    assert states.level[-1] + damped + states.season[-1][1] == pytest.approx(457.952, abs=1e-4)


def test_the_multiplicative_recursion_has_statsmodels_likelihood_at_given_parameters(passengers):
    """As above with error and season "mul"; a fixed season, as its update is another there."""
    season = [0.91, 0.88, 1.01, 0.98, 0.98, 1.11, 1.23, 1.22, 1.06, 0.92, 0.80, 0.90]
    start = States(np.array([120.0]), np.array([2.0]), np.array(season))
    cost, states = run(passengers, start, one(0.3, 0.05, 0.0, 0.95), True, keep=True)
    assert log_likelihood(cost[0], 144) == pytest.approx(-545.8634783770075)
    moved = states.level[-1] + 0.95 * states.trend[-1]
    assert moved * states.season[-1][0] == pytest.approx(451.2958, abs=1e-4)


@pytest.mark.parametrize(("multiplicative", "theirs"), [(False, -568.861), (True, -525.617)])
def test_the_likelihood_found_comes_near_statsmodels_which_fits_14_states_too(
    passengers, multiplicative, theirs
):
    starts = [starting_states(part, 12, multiplicative) for part in (passengers, passengers[:36])]
    _, _, cost = likeliest(passengers, starts, multiplicative)
    assert theirs - 2 < log_likelihood(cost, 144) < theirs + 0.1
