"""Leads between series: against numpy and scipy, planted ones, and those that are chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import squareform
from scipy.stats import pearsonr
from scipy.stats import t as student

from xlcrm.stats.clusters import complete_linkage
from xlcrm.stats.correlation import changes, correlations
from xlcrm.stats.lead_lag import lead_lag

PAIRS = 1500


def levels(chance, kind, months, pairs=PAIRS):
    # Independent series of a kind, as measures run in practice.
    noise = chance.normal(size=(pairs, months + 60))
    if kind == "walk":
        found = noise.cumsum(axis=1)
    elif kind == "rolling":
        found = noise[:, 2:] + noise[:, 1:-1] + noise[:, :-2]
    elif kind == "autoregressive":
        found = noise
        for k in range(1, found.shape[1]):
            found[:, k] += 0.5 * found[:, k - 1]
    else:
        found = noise
    return found[:, -months:]


def seasons(chance, months, size, pairs=PAIRS):
    # A pattern of twelve months for each series, repeated.
    pattern = chance.normal(size=(pairs, 12))
    pattern -= pattern.mean(axis=1, keepdims=True)
    return size * (pattern / pattern.std(axis=1, keepdims=True))[:, np.arange(months) % 12]


def waves(chance, months, size, pairs=PAIRS):
    # A smooth season for each series, with its peak in some month.
    turn = np.arange(months) + chance.integers(12, size=(pairs, 1))
    return size * np.sqrt(2) * np.sin(2 * np.pi * turn / 12)


# ── changes and correlations ────────────────────────────────────────────────────────────────


def test_changes_are_first_differences_and_what_is_rounding_is_no_change():
    series = np.array([[1e9, 1e9 + 5, np.nan, 3.0], [0.3, 0.1 + 0.2, 0.3, 0.4]])
    moved = changes(series)
    assert moved[0, 0] == pytest.approx(5.0)
    assert np.isnan(moved[0, 1:]).all()
    assert moved[1, :2].tolist() == [0.0, 0.0]
    assert moved[1, 2] == pytest.approx(0.1)
    assert changes(np.zeros((2, 0))).shape == (2, 0)
    assert np.isfinite(changes(np.array([[1e308, -1e307]]))).all()


def test_every_two_series_are_correlated_over_what_they_have_in_common_as_numpy_does():
    chance = np.random.default_rng(5)
    series = chance.normal(size=(6, 30)) * 10.0 ** np.arange(-6, 12, 3)[:, None]
    series[1] += 1e-6 * series[4] / 1e6
    series[chance.random(series.shape) < 0.2] = np.nan
    r, n = correlations(series, 12)
    for i in range(6):
        for j in range(6):
            both = ~np.isnan(series[i]) & ~np.isnan(series[j])
            assert n[i, j] == both.sum()
            expected = np.corrcoef(series[i][both], series[j][both])[0, 1]
            assert r[i, j] == pytest.approx(expected, abs=1e-9)


def test_too_few_values_in_common_and_series_that_stand_still_have_no_correlation():
    series = np.array([np.arange(12.0) ** 2, [7.3] * 12, [*np.arange(11.0), np.nan]])
    r, n = correlations(series, 12)
    assert r[0, 0] == pytest.approx(1.0)
    assert np.isnan([r[0, 1], r[1, 1], r[0, 2], r[2, 2]]).all()
    assert n.tolist() == [[12, 12, 11], [12, 12, 11], [11, 11, 11]]


# ── clusters ────────────────────────────────────────────────────────────────────────────────


def distances_of(values):
    return squareform(np.array(values, dtype=float))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_no_two_of_a_cluster_are_too_far_apart_and_no_two_clusters_could_be_one(count, seed, cut):
    apart = distances_of(np.random.default_rng(seed).random(count * (count - 1) // 2))
    codes = complete_linkage(apart, cut)
    for code in set(codes):
        assert apart[np.ix_(codes == code, codes == code)].max() <= cut + 1e-9
        for other in set(codes) - {code}:
            assert apart[np.ix_(codes == code, codes == other)].max() > cut


def test_complete_linkage_does_not_chain():
    # A and B are alike, B and C are, A and C are not: the nearest two stay together.
    assert complete_linkage(distances_of([0.05, 0.5, 0.08]), 0.1).tolist() == [0, 0, 1]
    assert complete_linkage(distances_of([0.08, 0.5, 0.05]), 0.1).tolist() == [0, 1, 1]
    assert complete_linkage(np.zeros((1, 1)), 0.1).tolist() == [0]
    assert complete_linkage(np.zeros((0, 0)), 0.1).tolist() == []


# ── leads ───────────────────────────────────────────────────────────────────────────────────


def test_correlation_p_and_n_are_those_of_scipy_where_nothing_repeats():
    # White changes that show no memory: the plain t-test, times the leads tried.
    chance = np.random.default_rng(11)
    seen = 0
    for _ in range(60):
        cause, effect = chance.normal(size=(2, 20))
        found = lead_lag(cause[None], effect[None], 4)
        plain = {}
        for k in range(-4, 5):
            one = cause[max(0, -k) : 20 - max(0, k)]
            other = effect[max(0, k) : 20 + min(0, k)]
            plain[k] = pearsonr(one, other)
        best = max(plain, key=lambda k: abs(plain[k].statistic))
        assert found.lead[0] == best
        assert found.pairs[0] == 20 - abs(best)
        assert found.correlation[0] == pytest.approx(plain[best].statistic)
        least = min(1.0, 9 * plain[best].pvalue)
        assert found.p[0] >= least - 1e-12  # months never count as more than they are
        seen += found.p[0] == pytest.approx(least)
    assert seen >= 15


def test_series_that_repeat_themselves_count_as_fewer_months():
    # By Bartlett's sum, computed here by its definition.
    chance = np.random.default_rng(4)
    cause, effect = np.diff(chance.normal(size=(2, 22)), axis=1)
    n = 21

    def autocorrelation(series, back):
        left = series - series.mean()
        return (left[back:] * left[:-back]).sum() / (left * left).sum()

    wider = 1 + 2 * sum(
        (1 - j / n) * autocorrelation(cause, j) * autocorrelation(effect, j) for j in (1, 2, 3)
    )
    assert wider > 1.2
    found = lead_lag(cause[None], effect[None], 2)
    k, r, pairs = int(found.lead[0]), found.correlation[0], found.pairs[0]
    free = pairs / wider - 2
    p = 2 * student.sf(abs(r) * np.sqrt(free / (1 - r * r)), free)
    assert pairs == n - abs(k)
    assert found.p[0] == pytest.approx(min(1.0, 5 * p))


@pytest.mark.parametrize("lead", [-3, -1, 0, 1, 3])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_series_that_follows_exactly_is_found_at_its_lead(lead, sign):
    moves = np.random.default_rng(lead + 9).normal(size=40)
    cause, effect = moves[5:30], sign * 7 * moves[5 - lead : 30 - lead]
    found = lead_lag(cause[None], effect[None], 5)
    assert found.lead.tolist() == [lead]
    assert found.correlation[0] == pytest.approx(sign)
    assert found.pairs.tolist() == [25 - abs(lead)]
    assert found.p[0] < 1e-12


def test_one_that_leads_the_other_lags_when_they_change_places():
    chance = np.random.default_rng(2)
    cause, effect = chance.normal(size=(2, 50, 23))
    one, other = lead_lag(cause, effect, 6), lead_lag(effect, cause, 6)
    assert (one.lead == -other.lead).all()
    assert one.p == pytest.approx(other.p)


def test_units_and_levels_do_not_matter():
    chance = np.random.default_rng(8)
    cause, effect = chance.normal(size=(2, 50, 30))
    one, other = lead_lag(cause, effect, 6), lead_lag(cause * 1e6, effect * 1e-4, 6)
    assert (one.lead == other.lead).all()
    assert one.p == pytest.approx(other.p)


def test_months_that_are_missing_are_left_out_of_their_pairs():
    moves = np.random.default_rng(1).normal(size=30)
    cause, effect = moves[2:].copy(), moves[:-2].copy()
    cause[4], effect[20] = np.nan, np.nan
    found = lead_lag(cause[None], effect[None], 4)
    assert (found.lead[0], found.pairs[0]) == (2.0, 28 - 2 - 2)
    assert found.correlation[0] == pytest.approx(1.0)


def test_fewer_than_twelve_pairs_and_series_that_stand_still_have_no_correlation():
    chance = np.random.default_rng(1)
    short = lead_lag(chance.normal(size=(1, 11)), chance.normal(size=(1, 11)), 6)
    assert np.isnan([short.lead, short.correlation, short.p]).all()
    assert short.pairs.tolist() == [11.0]
    for still in (np.zeros((1, 30)), np.full((1, 30), 0.1)):
        found = lead_lag(still, chance.normal(size=(1, 30)), 6)
        assert np.isnan([found.lead, found.correlation, found.p]).all()
        assert found.pairs.tolist() == [30.0]
    none = lead_lag(np.zeros((2, 0)), np.zeros((2, 0)), 6)
    assert none.pairs.tolist() == [0.0, 0.0]
    assert lead_lag(np.zeros((0, 30)), np.zeros((0, 30)), 6).lead.shape == (0,)


def test_leads_that_are_too_long_for_the_history_are_not_tried_and_not_paid_for():
    chance = np.random.default_rng(6)
    cause, effect = chance.normal(size=(2, 40, 15))
    one, other = lead_lag(cause, effect, 3), lead_lag(cause, effect, 24)
    assert (np.abs(other.lead) <= 3).all()
    assert one.p == pytest.approx(other.p)


def test_a_season_is_taken_out_as_regression_on_the_months_of_the_year_does():
    # The partial correlation given twelve months, with the freedom that they leave.
    chance = np.random.default_rng(21)
    months = np.arange(35) % 12
    dummies = np.eye(12)[months]
    cause, effect = chance.normal(size=(2, 35)) + 6 * chance.normal(size=(2, 12)) @ dummies.T
    found = lead_lag(cause[None], effect[None], 1)
    k = int(found.lead[0])
    one, other = cause[max(0, -k) : 35 - max(0, k)], effect[max(0, k) : 35 + min(0, k)]
    given = dummies[max(0, k) : 35 + min(0, k)]
    left = [y - given @ np.linalg.lstsq(given, y, rcond=None)[0] for y in (one, other)]
    assert found.correlation[0] == pytest.approx(np.corrcoef(*left)[0, 1])
    assert abs(np.corrcoef(one, other)[0, 1] - found.correlation[0]) > 0.05


@pytest.mark.parametrize("months", [24, 36, 60])
@pytest.mark.parametrize("kind", ["white", "walk", "autoregressive", "rolling"])
@pytest.mark.parametrize("season", ["none", "weak", "strong", "smooth"])
def test_what_is_independent_is_rarely_called_a_lead(months, kind, season):
    # At 5 %; 1,500 pairs scatter by 0.6 points. Plain correlations of changes reach 95 %.
    chance = np.random.default_rng(100)
    sides = []
    for _ in range(2):
        series = levels(chance, kind, months)
        size = {"none": 0.0, "weak": 0.5, "strong": 2.0, "smooth": 1.0}[season]
        add = waves if season == "smooth" else seasons
        sides.append(np.diff(series + add(chance, months, size), axis=1))
    assert (lead_lag(*sides, 6).p < 0.05).mean() <= 0.075


@pytest.mark.parametrize(
    ("kind", "months", "size", "least"),
    [
        ("white", 24, 0.0, 0.65),
        ("walk", 24, 0.0, 0.8),
        ("autoregressive", 24, 0.0, 0.72),
        ("white", 36, 0.0, 0.93),
        ("walk", 36, 2.0, 0.95),
        ("white", 36, 2.0, 0.85),
        ("white", 60, 2.0, 0.99),
    ],
)
def test_planted_leads_are_found(kind, months, size, least):
    # The effect follows after three months with a correlation of 0.85.
    chance = np.random.default_rng(7)
    driver, own = levels(chance, kind, months + 3, 1000), levels(chance, kind, months, 1000)
    share = 0.85
    cause = driver[:, 3:] + seasons(chance, months, size, 1000)
    effect = share * driver[:, :-3] + np.sqrt(1 - share**2) * own
    effect += seasons(chance, months, size, 1000)
    found = lead_lag(np.diff(cause, axis=1), np.diff(effect, axis=1), 6)
    right = (found.p < 0.05) & (found.lead == 3) & (found.correlation > 0)
    assert right.mean() >= least
    assert ((found.p < 0.05) & ~right).mean() <= 0.05
