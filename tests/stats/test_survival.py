"""How long something lasts, where some of it has not ended yet."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.rates import poisson_intervals
from xlcrm.stats.survival import (
    greenwood_variances,
    kaplan_meier,
    log_log_intervals,
    longest_durations,
    means_to,
    median_durations,
    restricted_means,
)

DATA = Path(__file__).parents[3] / "shared" / "data"


def curve(members, groups=None):
    durations, ended = (np.array(column) for column in zip(*members, strict=True))
    return kaplan_meier(durations.astype(float), ended, None if groups is None else groups)


def test_the_curve_falls_when_something_ends_and_not_when_it_is_last_seen():
    # Durations 1, 2+, 3, 3, 5+, 6: S(1) = 5/6, S(3) = 5/6 · 2/4, S(6) = 0.
    found = curve([(3, True), (1, True), (6, True), (2, False), (3, True), (5, False)])
    assert found.times.tolist() == [1.0, 2.0, 3.0, 5.0, 6.0]
    assert found.at_risk.tolist() == [6.0, 5.0, 4.0, 2.0, 1.0]
    assert found.share.tolist() == pytest.approx([5 / 6, 5 / 6, 5 / 12, 5 / 12, 0.0])
    # The area under it: 1 + 2 · 5/6 + 3 · 5/12.
    assert restricted_means(found, 1).tolist() == pytest.approx([47 / 12])


def test_what_is_last_seen_when_something_ends_was_at_risk():
    assert curve([(2, True), (2, False)]).share.tolist() == [0.5]


def test_what_ends_at_once_is_at_risk_at_once():
    found = curve([(0, True), (4, False)])
    assert found.share.tolist() == [0.5, 0.5]
    assert restricted_means(found, 1).tolist() == [2.0]


def test_the_longest_time_seen_is_the_horizon():
    assert restricted_means(curve([(1, True), (9, False)]), 1).tolist() == [1 + 8 / 2]


def test_groups_have_curves_of_their_own_and_one_without_members_has_none():
    first, last = [(1, True), (2, False), (2, True)], [(5, False), (4, True)]
    both = curve(last + first, np.array([2, 2, 0, 0, 0]))
    assert both.groups.tolist() == [0, 0, 2, 2]
    assert both.share.tolist() == [*curve(first).share, *curve(last).share]
    means = [restricted_means(curve(some), 1)[0] for some in (first, last)]
    assert restricted_means(both, 3).tolist() == [means[0], 0.0, means[1]]


def test_nobody_has_no_curve():
    found = kaplan_meier(np.zeros(0), np.zeros(0, dtype=bool))
    assert len(found.share) == 0
    assert restricted_means(found, 2).tolist() == [0.0, 0.0]


# Weeks in remission of 21 children on 6-MP (Freireich and others 1963, Blood 21); 9 relapsed.
RELAPSED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_WELL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
CHILDREN = [(weeks, True) for weeks in RELAPSED] + [(weeks, False) for weeks in STILL_WELL]


def test_remissions_last_as_klein_and_moeschberger_tell_with_their_standard_errors():
    # Survival Analysis (2003), section 4.2: Kaplan and Meier with Greenwood.
    published = {
        6: (0.857, 0.0764), 7: (0.807, 0.0869), 10: (0.753, 0.0963), 13: (0.690, 0.1068),
        16: (0.627, 0.1141), 22: (0.538, 0.1282), 23: (0.448, 0.1346),
    }  # fmt: skip
    found = curve(CHILDREN)
    told = found.ended > 0
    assert found.times[told].tolist() == list(published)
    errors = np.sqrt(greenwood_variances(found))
    figures = zip(found.share[told].round(3), errors[told].round(4), strict=True)
    assert list(figures) == list(published.values())
    assert median_durations(found, 1).tolist() == [23.0]
    # Their section 4.5: a mean of 23.287 weeks up to 35, with a standard error of 2.827.
    mean, variance = means_to(found, np.array([35.0]))
    assert (round(mean[0], 3), round(float(np.sqrt(variance[0])), 3)) == (23.287, 2.827)


def test_log_log_intervals_are_those_of_lifelines():
    # lifelines 0.30.3, KaplanMeierFitter().fit(weeks, relapsed).confidence_interval_.
    peer = {
        6: (0.619718, 0.951552), 7: (0.563147, 0.922809), 10: (0.503200, 0.889362),
        13: (0.431610, 0.849066), 16: (0.367511, 0.804912), 22: (0.267779, 0.746791),
        23: (0.188052, 0.680143), 35: (0.188052, 0.680143),
    }  # fmt: skip
    found = curve(CHILDREN)
    ends = zip(*(end.round(6).tolist() for end in log_log_intervals(found, 0.95)), strict=True)
    known = dict(zip(found.times.tolist(), ends, strict=True))
    assert {time: known[time] for time in peer} == peer
    # The six of the first test at 90 %, and the mean up to 4 (restricted_mean_survival_time).
    six = curve([(3, True), (1, True), (6, True), (2, False), (3, True), (5, False)])
    low, high = log_log_intervals(six, 0.9)
    assert low[:4].tolist() == pytest.approx([0.388048, 0.388048, 0.092554, 0.092554], abs=5e-7)
    assert high[:4].tolist() == pytest.approx([0.965494, 0.965494, 0.724669, 0.724669], abs=5e-7)
    assert means_to(six, np.array([4.0]))[0].tolist() == pytest.approx([3.083333333333333])


def test_an_interval_is_of_no_width_before_the_first_end_and_unknown_after_the_last():
    found = curve([(1, False), (2, True), (3, True)])
    low, high = log_log_intervals(found, 0.95)
    assert (low[0], high[0]) == (1.0, 1.0)
    assert 0 < low[1] < found.share[1] < high[1] < 1
    assert np.isnan([low[2], high[2]]).all()
    assert greenwood_variances(found)[[0, 2]].tolist() == [0.0, 0.0]


def test_a_median_is_reached_by_exactly_half_and_not_by_fewer():
    assert median_durations(curve([(1, True), (2, True)]), 1).tolist() == [1.0]
    assert np.isnan(median_durations(curve([(1, True), (2, False), (3, False)]), 2)).all()
    # 2/3 times 3/4 is a half and a bit less or more in floating point.
    thirds = [(1, True), (1, True), (2, True), (3, False), (3, False), (3, False)]
    assert median_durations(curve(thirds), 1).tolist() == [2.0]


def test_a_curve_is_known_up_to_the_longest_time_or_for_ever():
    both = curve([(1, True), (4, False), (2, True), (3, True)], np.array([0, 0, 2, 2]))
    assert longest_durations(both, 3).tolist() == [4.0, 0.0, np.inf]


def test_a_mean_up_to_a_horizon_by_hand():
    # S is 1 until 1, 5/6 until 3, 5/12 until 6: up to 4 the areas are 1, 2 * 5/6 and 5/12. After
    # 1 lie 25/12 of it, after 3 lie 5/12; 1 of 6 ended at 1, 2 of 4 at 3.
    six = curve([(3, True), (1, True), (6, True), (2, False), (3, True), (5, False)])
    mean, variance = means_to(six, np.array([4.0]))
    assert mean[0] == pytest.approx(1 + 5 / 3 + 5 / 12)
    assert variance[0] == pytest.approx((25 / 12) ** 2 / (6 * 5) + (5 / 12) ** 2 * 2 / (4 * 2))
    assert means_to(six, np.array([0.5]))[0].tolist() == [0.5]
    assert means_to(six, np.array([6.0]))[0].tolist() == pytest.approx([47 / 12])


def test_groups_have_means_of_their_own():
    rows = [(1, True), (5, False), (2, True), (2, False), (7, True)]
    groups = np.array([2, 2, 0, 0, 0])
    means, variances = means_to(curve(rows, groups), np.array([6.0, 3.0, 4.0]))
    for group, horizon in ((0, 6.0), (2, 4.0)):
        alone = curve([row for row, of in zip(rows, groups, strict=True) if of == group])
        mean, variance = means_to(alone, np.array([horizon]))
        assert (means[group], variances[group]) == (mean[0], variance[0])
    assert (means[1], variances[1]) == (0.0, 0.0)


def test_an_exact_interval_of_few_events():
    # 95 %: half the quantiles of chi-square at 2 n and 2 n + 2 degrees of freedom (scipy.stats).
    low, high = poisson_intervals(np.array([0.0, 1.0, 5.0, 10.0]), np.ones(4), 0.95)
    assert low.round(2).tolist() == [0.0, 0.03, 1.62, 4.8]
    assert high.round(2).tolist() == [3.69, 5.57, 11.67, 18.39]
    ends = poisson_intervals(np.array([5.0, 5.0]), np.array([10.0, 0.0]), 0.95)
    assert [end[0].round(3) for end in ends] == [0.162, 1.167]
    assert np.isnan([end[1] for end in ends]).all()


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is absent")
def test_customers_of_a_telephone_company_stay_as_others_found():
    path = DATA / "telco_churn" / "Telco-Customer-Churn.csv"
    with path.open(encoding="utf-8", newline="") as file:
        people = [(int(row["tenure"]), row["Churn"] == "Yes") for row in csv.DictReader(file)]
    found = curve(people)
    stay = dict(zip(found.times.tolist(), found.share.tolist(), strict=True))
    published = json.loads((DATA / "expected.json").read_text("utf-8"))["telco"]
    expected = published["KM_survival_S(12),S(24),S(60)"]
    assert round(stay[12.0], 4) == expected[0]
    assert [round(stay[month], 6) for month in (24.0, 60.0)] == expected[1:]
    assert restricted_means(found, 1)[0] > np.mean([months for months, _ in people])


members = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40)


@settings(max_examples=80, deadline=None)
@given(members)
def test_the_curve_is_the_product_over_the_times_of_what_remains(some):
    share, expected = Fraction(1), []
    for time in sorted({duration for duration, _ in some}):
        at_risk = sum(duration >= time for duration, _ in some)
        share *= 1 - Fraction(some.count((time, True)), at_risk)
        expected.append(float(share))
    assert curve(some).share.tolist() == pytest.approx(expected, rel=1e-13)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_where_all_have_ended_the_restricted_mean_is_the_mean(durations):
    found = curve([(duration, True) for duration in durations])
    assert restricted_means(found, 1)[0] == pytest.approx(sum(durations) / len(durations))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.booleans()), min_size=1))
def test_other_groups_change_no_bit_of_a_curve(rows):
    groups = np.array([group for group, _, _ in rows])
    whole = curve([row[1:] for row in rows], groups)
    for group in set(groups.tolist()):
        alone = curve([row[1:] for row in rows if row[0] == group])
        assert whole.share[whole.groups == group].tolist() == alone.share.tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(1, 70))
def test_where_all_have_ended_errors_are_those_of_plain_shares_and_means(durations, horizon):
    found = curve([(duration, True) for duration in durations])
    count = len(durations)
    shares = [sum(d > time for d in durations) / count for time in found.times]
    plain = [share * (1 - share) / count for share in shares]
    assert greenwood_variances(found).tolist() == pytest.approx(plain, abs=1e-14)
    cut = np.minimum(durations, horizon)
    mean, variance = means_to(found, np.array([float(horizon)]))
    assert mean[0] == pytest.approx(cut.mean())
    assert variance[0] == pytest.approx(cut.var() / count, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(members, st.sampled_from([0.5, 0.9, 0.99]))
def test_an_interval_holds_the_share_and_lies_within_0_and_1(some, level):
    found = curve(some)
    low, high = log_log_intervals(found, level)
    inside = found.share > 0
    assert (low[inside] >= 0).all()
    assert (low[inside] <= found.share[inside]).all()
    assert (found.share[inside] <= high[inside]).all()
    assert (high[inside] <= 1).all()
    mean, variance = means_to(found, found.times[-1:])
    assert mean[0] == pytest.approx(restricted_means(found, 1)[0])
    assert variance[0] >= 0
