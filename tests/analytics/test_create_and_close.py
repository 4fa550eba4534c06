"""Deals not created yet, foretold by past periods; checked against a plain count of the rows."""

import datetime as dt
from calendar import monthrange

import numpy as np
import pytest
from given import model_with

from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.errors import ExcelError

AS_OF = dt.date(2026, 5, 12)
STAGES = {"stage": ["Lead"], "order": [1.0], "probability": [0.5]}


def won(*rows):
    """Deals won: owner, created, closed, amount; and one open deal in May."""
    cells = [("Ann", dt.date(2024, 1, 1), None, 10.0), *rows]
    return {
        "deal_id": [f"D{k}" for k in range(len(cells))],
        "owner": [row[0] for row in cells],
        "created": [dt.datetime.combine(row[1], dt.time()) for row in cells],
        "stage": ["Lead"] * len(cells),
        "amount": [row[3] for row in cells],
        "expected_close": [dt.datetime.combine(dt.date(2026, 5, 20), dt.time())] * len(cells),
        "closed_on": [row[2] and dt.datetime.combine(row[2], dt.time()) for row in cells],
        "status": ["won" if row[2] else "open" for row in cells],
    }


def asked(rows, by="month", period="2026", as_of=AS_OF, **settings):
    tables = {"deals": won(*rows), "stages": STAGES}
    if settings:
        tables["settings"] = {"name": list(settings), "value": list(settings.values())}
    return forecast(model_with(as_of, **tables), by, "", period)


def brought(frame, name, of="create_and_close"):
    return frame.set_index("month").loc[name, of]


EIGHT = [
    ("Ann", dt.date(2026 - (m > 4), m, 13), dt.date(2026 - (m > 4), m, 28), 80.0)
    for m in (4, 3, 2, 1, 12, 11, 10, 9)
]


def test_what_was_created_after_the_same_day_and_won_in_the_month_counts():
    late = [("Ann", dt.date(2026, 3, 12), dt.date(2026, 3, 30), 999.0)]  # on the day, not after
    before = [("Ann", dt.date(2026, 2, 20), dt.date(2026, 3, 30), 999.0)]
    frame = asked([*EIGHT[:4], *late, *before])
    assert brought(frame, "2026-05") == 4 * 80 / 8
    assert brought(frame, "2026-05", "landing") == brought(frame, "2026-05", "total") + 40.0
    assert brought(frame, "2026-05", "note") == "create_and_close is the mean of 8 like periods"


def test_a_month_ahead_is_foretold_from_the_same_day_before_it():
    # June is foretold 20 days before it begins; so was April on 12 March.
    rows = [("Ann", dt.date(2026, 3, 11), dt.date(2026, 4, 2), 1.0),
            ("Ann", dt.date(2026, 3, 12), dt.date(2026, 4, 2), 10.0),
            ("Ann", dt.date(2026, 3, 13), dt.date(2026, 4, 2), 100.0)]  # fmt: skip
    assert brought(asked(rows), "2026-06") == pytest.approx(100.0 / 8)


def test_too_few_like_periods_say_nothing():
    rows = [("Ann", dt.date(2026, 4, 13), dt.date(2026, 4, 28), 80.0)]
    frame = asked(rows, like_periods_needed=9.0)
    assert brought(frame, "2026-05") == 0.0
    assert brought(frame, "2026-05", "note") == (
        "create_and_close is 0: 8 like periods before, 9 needed"
    )


def test_history_begins_with_the_first_deal_created():
    tables = won(*EIGHT[:3])
    tables["created"][0] = dt.datetime.combine(dt.date(2026, 2, 12), dt.time())
    model = model_with(AS_OF, deals=tables, stages=STAGES)
    frame = forecast(model, "month", "", "2026")
    assert brought(frame, "2026-05", "note").endswith("3 like periods before, 4 needed")


def test_a_period_that_has_ended_brings_nothing_more():
    frame = asked(EIGHT)
    assert brought(frame, "2026-04") == 0.0
    assert brought(frame, "2026-04", "note") == "create_and_close is 0: the period has ended"


def test_days_that_are_no_whole_months_cannot_be_told():
    for by, period in (
        ("", ""),
        ("owner", "2026-05-01..2026-05-20"),
        ("week", "2026"),
        ("month, year", "2026"),
    ):
        frame = asked(EIGHT, by, period)
        assert set(frame["create_and_close"]) == set(frame["landing"]) == {ExcelError.NA}
        assert "whole months" in frame["note"].iloc[0]


def test_an_owner_who_has_no_open_deal_is_foretold_all_the_same():
    rows = [("Bob", *row[1:]) for row in EIGHT]
    frame = asked(rows, "owner", "this month").set_index("owner")
    assert list(frame.index) == ["Ann", "Bob"]
    assert frame.loc["Bob", "create_and_close"] == 80.0
    assert frame.loc["Bob", "deals"] == 0.0


def counted(rows, first, months, as_of, owner=None):
    """The mean over the last eight like periods, row by row."""

    def back(day, number):
        place = day.year * 12 + day.month - 1 - number
        return dt.date(place // 12, place % 12 + 1, 1)

    taken, k = [], 1
    while len(taken) < 8:
        start = back(first, k * months)
        end = back(first, k * months - months) - dt.timedelta(days=1)
        if end <= as_of:
            day = start - (first - as_of)
            taken.append(
                sum(
                    amount
                    for who, created, closed, amount in rows
                    if created > day and start <= closed <= end and owner in (None, who)
                )
            )
        k += 1
    return sum(taken) / 8


@pytest.mark.parametrize("seed", range(4))
def test_any_deals_give_what_a_count_of_the_rows_gives(seed):
    chance = np.random.default_rng(seed)
    rows = []
    for _ in range(400):
        created = dt.date(2024, 1, 2) + dt.timedelta(days=int(chance.integers(0, 850)))
        closed = created + dt.timedelta(days=int(chance.integers(0, 90)))
        if closed <= AS_OF:
            rows.append(
                (("Ann", "Bob")[chance.integers(2)], created, closed, float(chance.integers(1, 99)))
            )
    months = asked(rows)
    for month in range(5, 13):
        first = dt.date(2026, month, 1)
        expected = counted(rows, first, 1, AS_OF)
        assert brought(months, f"2026-{month:02}") == pytest.approx(expected, rel=1e-12)
    quarter = asked(rows, "owner", "this quarter").set_index("owner")
    for who in ("Ann", "Bob"):
        expected = counted(rows, dt.date(2026, 4, 1), 3, AS_OF, who)
        assert quarter.loc[who, "create_and_close"] == pytest.approx(expected, rel=1e-12)


def test_month_ends_do_not_lose_a_day():
    assert monthrange(2026, 2)[1] == 28
    rows = [("Ann", dt.date(2026, 2, 28), dt.date(2026, 2, 28), 8.0)]
    frame = asked(rows, as_of=dt.date(2026, 5, 30), period="this month", by="")
    assert frame["create_and_close"].iloc[0] == 0.0
    frame = asked(rows, as_of=dt.date(2026, 5, 27), period="this month", by="")
    assert frame["create_and_close"].iloc[0] == 1.0
