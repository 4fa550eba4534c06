"""Forecasts of one series: laws, textbook formulas, and what hostile series get."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.series import METHODS, deseasonalised, forecast, rolling_errors, total

few = settings(max_examples=25, deadline=None)
MODELS = ("combination", "damped trend", "ets additive", "ets multiplicative", "theta")
SEASON = np.array([0.8, 0.7, 1.0, 1.0, 1.1, 1.2, 1.3, 1.2, 1.0, 0.9, 0.7, 1.1])


def noisy(count, seed=1, level=100.0, noise=0.1):
    return level * np.exp(noise * np.random.default_rng(seed).standard_normal(count))


def seasonal(count, seed=1, noise=0.02):
    return noisy(count, seed, noise=noise) * np.resize(SEASON, count)


def vectors(found):
    return found.point, found.mean, found.low, found.high


# ── laws ────────────────────────────────────────────────────────────────────────────────────


@few
@given(
    st.lists(st.integers(-(10**8), 10**8).map(lambda cents: cents / 100), min_size=3, max_size=40),
    st.sampled_from(METHODS),
    st.sampled_from([1, 4, 12]),
)
def test_any_series_gets_finite_forecasts_within_their_intervals(values, method, season):
    if method == "ets multiplicative":
        values = [abs(value) + 1 for value in values]
    found = forecast(np.array(values), 14, season, method)
    assert all(np.isfinite(side).all() for side in vectors(found))
    assert (found.low <= found.point).all()
    assert (found.point <= found.high).all()
    expected, low, high = total(found, 12)
    assert low <= expected <= high


@few
@given(st.integers(3, 60), st.integers(0, 10**6), st.sampled_from(METHODS), st.integers(-60, 60))
def test_the_unit_of_the_values_does_not_matter(count, seed, method, power):
    values = noisy(count, seed, noise=0.4)
    one, other = forecast(values, 6, 4, method), forecast(np.ldexp(values, power), 6, 4, method)
    for side, scaled in zip(vectors(one), vectors(other), strict=True):
        assert np.ldexp(side, power) == pytest.approx(scaled, rel=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_intervals_widen_with_the_steps_and_with_the_level(method):
    values = noisy(60, noise=0.3) - (0 if method == "ets multiplicative" else 60)
    narrow, wide = (forecast(values, 12, 12, method, level) for level in (0.5, 0.95))
    assert ((wide.high - wide.low) > (narrow.high - narrow.low)).all()
    if not wide.paths.logs:
        assert (np.diff(wide.high - wide.low) >= -1e-9).all()
    else:
        assert (np.diff(np.log(wide.high / wide.point)) >= -1e-12).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_first_steps_do_not_depend_on_how_many_are_asked_for(method):
    values = seasonal(60)
    short, long = forecast(values, 3, method=method), forecast(values, 18, method=method)
    for one, other in zip(vectors(short), vectors(long), strict=True):
        assert one == pytest.approx(other[:3])


@pytest.mark.parametrize("method", METHODS)
def test_the_sum_of_one_step_is_that_step(method):
    found = forecast(seasonal(60), 6, method=method)
    expected, low, high = total(found, 1)
    assert expected == found.mean[0]
    if method != "ets multiplicative":  # its forecast is a mean, its interval that of the median
        assert [low, high] == pytest.approx([found.low[0], found.high[0]])


@pytest.mark.parametrize("method", METHODS)
def test_sums_of_steps_are_those_of_the_means(method):
    found = forecast(seasonal(60), 12, method=method)
    year, quarter = total(found, 12), total(found, 6, first=4)
    assert year[0] == pytest.approx(found.mean.sum())
    assert quarter[0] == pytest.approx(found.mean[3:6].sum())
    assert (year[2] - year[1]) < (found.high - found.low).sum()


def test_the_intervals_of_sums_hold_what_they_promise():
    chance, held = np.random.default_rng(7), []
    for _ in range(120):
        values = 1000 * np.exp(np.cumsum(0.03 * chance.standard_normal(84)))
        values = values * np.exp(0.1 * chance.standard_normal(84))
        _, low, high = total(forecast(values[:72], 12, 12), 12)
        held.append(low <= values[72:].sum() <= high)
    assert 0.89 <= np.mean(held) <= 1.0


def test_means_of_skew_values_lie_above_their_medians_and_add_up():
    values, after = noisy(600, noise=0.6)[:480], noisy(600, noise=0.6)[480:]
    found = forecast(values, 12, 1)
    assert found.point.mean() == pytest.approx(100, rel=0.1)
    assert found.mean.mean() == pytest.approx(100 * math.exp(0.6**2 / 2), rel=0.1)
    assert after.mean() == pytest.approx(100 * math.exp(0.6**2 / 2), rel=0.1)


# ── methods ─────────────────────────────────────────────────────────────────────────────────


def test_the_seasonal_naive_method_repeats_the_last_season():
    values = np.arange(1.0, 11.0)
    assert forecast(values, 6, 4, "seasonal naive").point.tolist() == [7, 8, 9, 10, 7, 8]


def test_the_drift_method_extends_the_line_from_first_to_last():
    values = np.array([3.0, 9.0, 4.0, 6.0, 11.0])
    assert forecast(values, 3, 1, "drift").point.tolist() == [13, 15, 17]


def test_the_interval_of_the_mean_is_the_textbook_s():
    values = np.array([4.0, 8.0, 6.0, 5.0, 3.0, 7.0, 9.0, 6.0])
    found = forecast(values, 2, 1, "mean")
    t, s = 2.364624, math.sqrt(28 / 7)  # the quantile of Student's t on 7, and the deviation
    assert found.point.tolist() == [6, 6]
    assert found.high - found.point == pytest.approx(t * s * math.sqrt(1 + 1 / 8), rel=1e-6)


@pytest.mark.parametrize("method", MODELS)
def test_a_season_that_repeats_exactly_is_forecast_exactly(method):
    found = forecast(np.tile(100 * SEASON, 4), 12, method=method)
    assert found.point == pytest.approx(100 * SEASON, rel=1e-3)
    assert found.notes == ()


@pytest.mark.parametrize("count", [24, 30, 36, 60])
def test_a_clear_season_is_seen_from_two_seasons_on(count):
    values = seasonal(count)
    ahead = np.resize(np.roll(SEASON, -count), 12)
    assert forecast(values, 12).point == pytest.approx(100 * ahead, rel=0.12)
    assert np.std(deseasonalised(values, 12)) < np.std(values) / 3


def test_noise_is_not_taken_for_a_season():
    found = [deseasonalised(noisy(60, seed), 12) for seed in range(40)]
    same = [np.allclose(one, noisy(60, seed)) for seed, one in enumerate(found)]
    assert sum(same) >= 37


@pytest.mark.parametrize("method", ["combination", "damped trend", "ets additive", "theta"])
def test_steady_growth_goes_on_but_slower(method):
    values = 100 * 1.02 ** np.arange(60) * noisy(60, level=1, noise=0.002)
    found = forecast(values, 12, 12, method).point
    assert (np.diff(found) > 0).all()
    assert values[-1] < found[-1] < values[-1] * 1.02**12 * 1.03


# ── series that a model does not fit ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "value"),
    [
        (method, value)
        for method in METHODS
        for value in ([5.0, 1e300] if method == "ets multiplicative" else [5.0, -3.0, 0.0, 1e300])
    ],
)
def test_a_constant_series_stays_constant_with_no_width(method, value):
    found = forecast(np.full(30, value), 12, method=method)
    assert all((side == value).all() for side in vectors(found))
    assert total(found, 12) == pytest.approx((12 * value,) * 3, rel=1e-14)
    assert found.notes == ("all values are the same",)


def test_fewer_than_two_seasons_are_forecast_without_a_season():
    found = forecast(seasonal(23), 6)
    assert found.method == "combination"
    assert found.notes == ("23 values, a season of 12 needs 24: no seasonality",)


def test_a_short_season_needs_more_values_than_it_has_parameters():
    found = forecast(noisy(11), 4, 4)
    assert found.notes == ("11 values, a season of 4 needs 12: no seasonality",)
    assert forecast(noisy(12), 4, 4).notes == ()


@pytest.mark.parametrize("method", MODELS)
def test_fewer_than_eight_values_get_drift_or_mean(method):
    rising = forecast(np.array([1.0, 2.0, 4.0, 5.0, 7.0]), 2, method=method)
    assert (rising.method, rising.point.tolist()) == ("drift", [8.5, 10.0])
    level = forecast(np.array([4.0, 2.0, 3.0]), 2, method=method)
    assert (level.method, level.point.tolist()) == ("mean", [3.0, 3.0])
    assert "too few for a model" in rising.notes[0]
    assert "too few for a model" in level.notes[0]


def test_a_season_that_was_never_complete_leaves_the_last_value():
    found = forecast(np.array([4.0, 2.0, 3.0]), 2, 12, "seasonal naive")
    assert found.point.tolist() == [3.0, 3.0]
    assert "the last value" in found.notes[0]


def test_zeros_and_negative_values_are_worked_on_as_they_are():
    values = np.where(np.arange(48) % 5 == 0, 0.0, noisy(48))
    found = forecast(values, 12)
    assert "not their logarithms" in found.notes[0]
    assert (found.low >= 0).all()
    assert forecast(values - 80, 12).low.min() < 0


@pytest.mark.parametrize("least", [0.0, -1.0])
def test_multiplicative_refuses_what_is_not_above_zero(least):
    values = noisy(40)
    values[7] = least
    with pytest.raises(ValueError, match="multiplicative needs values above 0"):
        forecast(values, 3, method="ets multiplicative")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("place", [0, 20, 47])
def test_an_outlier_is_named_and_left_out(method, place):
    values = noisy(48)
    slipped = values.copy()
    slipped[place] *= 1e6
    found = forecast(slipped, 12, method=method)
    assert found.outliers == (place,)
    assert found.point == pytest.approx(forecast(values, 12, method=method).point, rel=0.4)


def test_an_outlier_among_values_that_are_all_the_same_is_left_out():
    values = np.full(30, 5.0)
    values[12] = 5e6
    found = forecast(values, 3)
    assert found.point.tolist() == found.high.tolist() == [5.0] * 3
    assert found.outliers == (12,)


@pytest.mark.parametrize(
    "values",
    [
        np.concatenate([noisy(24), 1000 * noisy(24)]),
        np.where(np.arange(48) % 12 == 11, 1000.0, 1.0) * noisy(48),
        np.where(np.arange(48) % 7 == 0, noisy(48), 0.0),
    ],
    ids=["a new level", "a peak of every year", "a deal now and then"],
)
def test_what_lasts_or_comes_back_is_no_outlier(values):
    assert forecast(values, 12).outliers == ()


@pytest.mark.parametrize("method", METHODS)
def test_numbers_near_the_largest_are_forecast_or_refused(method):
    values = noisy(48) * 1e305
    assert np.isfinite(forecast(values, 12, method=method).high).all()
    if method != "mean":
        with pytest.raises(OverflowError, match="beyond the largest number"):
            forecast(np.logspace(200, 308, 48), 60, 1, method)


def test_values_that_no_common_unit_holds_are_refused():
    values = np.where(np.arange(20) % 2, 1e-300, 1e300)
    with pytest.raises(OverflowError, match="differ too much"):
        forecast(values, 3)


@pytest.mark.parametrize(
    ("values", "options", "why"),
    [
        ([1.0, 2.0], {}, "at least 3 values"),
        ([], {}, "at least 3 values"),
        ([1.0, math.nan, 2.0], {}, "finite"),
        ([1.0, math.inf, 2.0], {}, "finite"),
        ([1.0, 2.0, 3.0], {"method": "crystal ball"}, "there is no method 'crystal ball'"),
        ([1.0, 2.0, 3.0], {"ahead": 0}, "at least 1"),
        ([1.0, 2.0, 3.0], {"season": 0}, "at least 1"),
        ([1.0, 2.0, 3.0], {"level": 1.0}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_forecast_is_refused_with_the_reason(values, options, why):
    with pytest.raises(ValueError, match=why):
        forecast(np.array(values), **({"ahead": 2} | options))


def test_a_sum_of_steps_that_were_not_forecast_is_refused():
    found = forecast(noisy(30), 6)
    for steps, first in ((7, 1), (0, 1), (3, 4)):
        with pytest.raises(ValueError, match="between 1 and 6"):
            total(found, steps, first)


# ── rolling errors ──────────────────────────────────────────────────────────────────────────


def test_rolling_errors_of_the_naive_method_worked_out_by_hand():
    values = np.array([10.0, 12.0, 11.0, 13.0, 16.0, 12.0])
    found = rolling_errors(values, season=1, methods=("seasonal naive",))["seasonal naive"]
    assert found.origins == 2
    assert found.wape == (3 + 4) / (16 + 12)
    assert found.mase == pytest.approx(3.5 / ((2 + 1 + 2) / 3))
    assert found.smape == pytest.approx((200 * 3 / 29 + 200 * 4 / 28) / 2)


def test_every_method_is_judged_on_the_last_origins_by_what_was_known_then():
    values = seasonal(40)
    found = rolling_errors(values, ahead=3)
    assert tuple(found) == METHODS
    assert {one.origins for one in found.values()} == {12}
    made = [forecast(values[:k], min(3, 40 - k), method="theta").point for k in range(28, 40)]
    came = [values[k : k + 3] for k in range(28, 40)]
    wrong = sum(float(abs(a - f).sum()) for a, f in zip(came, made, strict=True))
    assert found["theta"].wape == pytest.approx(wrong / sum(float(a.sum()) for a in came))


def test_a_method_that_the_values_do_not_allow_has_no_rolling_error():
    values = noisy(30)
    values[3] = 0.0
    found = rolling_errors(values)
    assert found["ets multiplicative"].origins == 0
    assert math.isnan(found["ets multiplicative"].wape)
    assert found["combination"].origins == 10


def test_rolling_errors_of_a_constant_series_are_zero_and_their_scale_is_undefined():
    found = rolling_errors(np.full(20, 4.0))["combination"]
    assert (found.wape, found.smape, found.origins) == (0.0, 0.0, 6)
    assert math.isnan(found.mase)
    with pytest.raises(ValueError, match="at least 4"):
        rolling_errors(np.array([1.0, 2.0, 3.0]))
