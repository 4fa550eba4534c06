"""How long something lasts, where some of it has not ended yet."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.survival import kaplan_meier, restricted_means

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
