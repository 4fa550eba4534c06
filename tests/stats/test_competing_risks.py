"""Cumulative incidence against print, against Kaplan and Meier, and against redistribution."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.competing_risks import aalen_johansen

DATA = Path(__file__).parents[3] / "shared" / "data"


def estimated(rows):
    """The estimate at each time, of rows of first, second and censored."""
    return aalen_johansen(*(np.array(column, dtype=float) for column in zip(*rows, strict=True)))


def test_deaths_of_breast_cancer_as_printed():
    # Satagopan et al. 2004, British Journal of Cancer 91, table 2: months 0, 7, 10, 14, ... 27 of
    # 305 patients; deaths of breast cancer (first) and others (second), in per cent.
    events = {10: 0, 16: 0, 18: 1, 23: 0, 26: 1, 27: 0}
    rows = {month: [0, 0, int(month in (7, 14, 24))] for month in (0, 7, 14, 24)}
    for month, kind in events.items():
        rows[month] = [int(kind == 0), int(kind == 1), 0]
    rows[28] = [0, 0, 296]
    months = sorted(rows)
    found = estimated([rows[month] for month in months])
    at = {month: k for k, month in enumerate(months)}
    printed = {0: (305, 0), 10: (304, 0.3), 16: (302, 0.6), 23: (300, 0.9), 27: (297, 1.2)}
    for month, (at_risk, incidence) in printed.items():
        assert found.at_risk[at[month]] == at_risk
        assert found.rate[at[month]] * 100 == pytest.approx(incidence, abs=0.15)
    by_hand = 1 / 304 + (303 / 304) / 302 + (303 / 304) * (301 / 302) * (300 / 301) / 300
    assert found.rate[at[23]] == pytest.approx(by_hand, rel=1e-14)


def test_without_losses_it_is_one_minus_kaplan_and_meier():
    # Six deals won after 1, 2, 2, 4 days, two open after 2 and 5: S = 5/6, 5/6·3/5, 5/6·3/5·1/2.
    found = estimated([(1, 0, 0), (2, 0, 1), (1, 0, 0), (0, 0, 1)])
    assert found.at_risk.tolist() == [6.0, 5.0, 2.0, 1.0]
    assert found.rate == pytest.approx([1 / 6, 1 / 2, 3 / 4, 3 / 4])


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is absent")
def test_customers_of_a_telephone_company_stay_as_others_found():
    path = DATA / "telco_churn" / "Telco-Customer-Churn.csv"
    with path.open(encoding="utf-8", newline="") as file:
        people = [(int(row["tenure"]), row["Churn"] == "Yes") for row in csv.DictReader(file)]
    counts = np.zeros((73, 3))
    for months, left in people:
        counts[months, 0 if left else 2] += 1
    found = estimated(counts)
    published = json.loads((DATA / "expected.json").read_text("utf-8"))["telco"]
    stay = [1 - found.rate[month] for month in (12, 24, 60)]
    expected = published["KM_survival_S(12),S(24),S(60)"]
    assert [round(stay[0], 4), *(round(share, 6) for share in stay[1:])] == expected


def redistributed(rows):
    """Efron's way: what is censored hands its mass on to all that is seen longer, evenly."""
    ends = [(t, kind) for t, row in enumerate(rows) for kind, n in enumerate(row) for _ in range(n)]
    ends.sort()  # censored ones last of their time
    mass = [Fraction(1, len(ends))] * len(ends)
    for k, (_, kind) in enumerate(ends):
        later = len(ends) - k - 1
        if kind == 2 and later:
            for j in range(k + 1, len(ends)):
                mass[j] += mass[k] / later
            mass[k] = Fraction(0)
    first = [
        sum((m for m, (t, kind) in zip(mass, ends, strict=True) if kind == 0 and t <= until), 0)
        for until in range(len(rows))
    ]
    return [float(share) for share in first]


some = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=7).filter(
    lambda rows: any(map(any, rows))
)


@settings(max_examples=60, deadline=None)
@given(some)
def test_what_is_censored_counts_as_those_who_are_seen_longer(rows):
    assert estimated(rows).rate == pytest.approx(redistributed(rows))


@settings(max_examples=40, deadline=None)
@given(some)
def test_both_kinds_of_end_and_what_never_ends_make_one(rows):
    won = estimated(rows).rate
    lost = estimated([(second, first, censored) for first, second, censored in rows]).rate
    either = estimated([(first + second, 0, censored) for first, second, censored in rows]).rate
    assert won + lost == pytest.approx(either)
    assert (np.diff(won) >= 0).all()
    assert ((won >= 0) & (won <= 1)).all()


def test_nothing_at_risk_is_no_chance():
    assert estimated([(0, 0, 0), (0, 0, 0)]).rate.tolist() == [0.0, 0.0]
