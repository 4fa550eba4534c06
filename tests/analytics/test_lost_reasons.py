"""Why deals are lost or won, and what poor follow-up had to do with it."""

import datetime as dt
import math

import pytest
from given import AS_OF, company, model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.pipeline.lost_reasons import lost_reasons
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable, WrongValue

NA, DIV0 = ExcelError.NA, ExcelError.DIV0
POOR = ["poor_follow_up", "poor_share", "poor_amount", "avoidable"]

# Created on 1 January, closed on 1 March 2026: 59 days. Activities by the day of the year.
DEALS = {
    "D1": ("lost", "Price", 100.0, (20, 41)),  # silences of 19, 21 and 19 days
    "D2": ("lost", "Price", 50.0, (31,)),  # no silence above 30 days, but one activity
    "D3": ("lost", "No follow-up", 200.0, (20, 40)),  # well followed, but for the reason
    "D4": ("lost", None, 30.0, (2, 3)),  # then 57 days of silence
    "D5": ("won", None, 500.0, (20, 40)),
    "D6": ("won", None, 400.0, (30, 31, 32)),
    "D7": ("won", None, 10.0, ()),
    "D8": ("open", "Price", 900.0, ()),
}


def day(number):
    return dt.date(2025, 12, 31) + dt.timedelta(days=number)


def deals(rows=None, created=1, closed=60):
    rows = rows or DEALS
    return {
        "deal_id": list(rows),
        "owner": ["Ann"] * len(rows),
        "created": [day(created)] * len(rows),
        "stage": ["Offer"] * len(rows),
        "amount": [row[2] for row in rows.values()],
        "expected_close": [None] * len(rows),
        "closed_on": [day(closed) if row[0] != "open" else None for row in rows.values()],
        "status": [row[0] for row in rows.values()],
        "lost_reason": [row[1] for row in rows.values()],
    }


def activities(rows=None):
    pairs = [(name, day(k)) for name, row in (rows or DEALS).items() for k in row[3]]
    return {
        "date": [on for _, on in pairs],
        "owner": ["Ann"] * len(pairs),
        "kind": ["call"] * len(pairs),
        "deal_id": [name for name, _ in pairs],
    }


def asked(rows=None, *, followed=True, settings=None, **options):
    tables = {"deals": deals(rows)}
    if followed:
        tables["activities"] = activities(rows)
    if settings:
        tables["settings"] = {"name": list(settings), "value": list(settings.values())}
    return lost_reasons(model_with(AS_OF, **tables), **options)


def test_reasons_stand_by_amount_with_what_they_add_up_to():
    frame = asked()
    assert frame["lost_reason"].tolist() == ["No follow-up", "Price", "(blank)"]
    assert frame["deals"].tolist() == [1.0, 2.0, 1.0]
    assert frame["share"].tolist() == [0.25, 0.5, 0.25]
    assert frame["amount"].tolist() == [200.0, 150.0, 30.0]
    assert frame["amount_share"].tolist() == [200 / 380, 150 / 380, 30 / 380]
    assert frame["cumulative"].tolist() == [200 / 380, 350 / 380, 1.0]
    assert frame["average"].tolist() == [200.0, 75.0, 30.0]


def test_poor_follow_up_is_told_by_the_reason_by_silence_or_by_too_few_activities():
    frame = asked().set_index("lost_reason")
    assert frame["poor_follow_up"].to_dict() == {"No follow-up": 1.0, "Price": 1.0, "(blank)": 1.0}
    assert frame["poor_share"].to_dict() == {"No follow-up": 1.0, "Price": 0.5, "(blank)": 1.0}
    assert frame["poor_amount"].to_dict() == {"No follow-up": 200.0, "Price": 50.0, "(blank)": 30.0}


def test_avoidable_is_what_followed_deals_win_more_often():
    # Of D1, D3, D5, D6, followed by their activities, 2 of 4 are won; of D2, D4, D7 1 of 3.
    more = 2 / 4 - 1 / 3
    assert asked()["avoidable"].tolist() == pytest.approx([200 * more, 50 * more, 30 * more])


def test_nothing_is_avoidable_where_followed_deals_win_less_often():
    rows = {
        "D1": ("lost", "Price", 100.0, (20, 41)),
        "D2": ("won", None, 50.0, ()),
        "D3": ("lost", "Price", 70.0, ()),
    }
    assert asked(rows)["avoidable"].tolist() == [0.0]


def test_where_all_or_none_were_followed_there_is_nothing_to_compare():
    for activity in ((), (20, 41)):
        rows = {"D1": ("lost", "Price", 9.0, activity), "D2": ("won", None, 9.0, activity)}
        frame = asked(rows | {"D8": ("open", None, 1.0, (5,))})
        assert frame["poor_follow_up"].tolist() == [0.0 if activity else 1.0]
        assert frame["avoidable"].tolist() == [NA]


def test_without_activities_follow_up_is_not_known():
    unnamed = {**activities(), "deal_id": [None] * len(activities()["date"])}
    without = {name: cells for name, cells in activities().items() if name != "deal_id"}
    for more in ({}, {"activities": unnamed}, {"activities": without}):
        frame = lost_reasons(model_with(AS_OF, deals=deals(), **more))
        assert (frame[POOR] == NA).all(axis=None)
        assert all(isinstance(cell, ExcelError) for cell in frame[POOR].to_numpy().ravel())


def test_reasons_of_deals_won_have_no_avoidable_amount():
    frame = asked(outcome="Won", by="owner")
    assert frame["deals"].tolist() == [3.0]
    assert frame["poor_follow_up"].tolist() == [1.0]
    assert frame["avoidable"].tolist() == [NA]


def test_the_limits_are_settings():
    one = {"follow_ups_needed": 1.0}
    assert asked(settings=one).set_index("lost_reason").loc["Price", "poor_follow_up"] == 0.0
    strict = {"follow_up_gap": 20.0}
    assert asked(settings=strict).set_index("lost_reason").loc["Price", "poor_follow_up"] == 2.0
    wide = {"follow_up_gap": 57.0, "follow_ups_needed": 0.0}
    assert asked(settings=wide)["poor_follow_up"].tolist() == [1.0, 0.0, 0.0]


def test_activities_before_creation_and_after_closing_do_not_count():
    rows = {
        "D1": ("lost", "Price", 1.0, (-20, 30, 61)),
        "D2": ("lost", "Price", 1.0, (1, 30, 60)),
    }
    assert asked(rows)["poor_follow_up"].tolist() == [1.0]


def test_an_unknown_creation_day_bounds_nothing_and_a_reversed_one_is_not_judged():
    rows = {"D1": ("lost", "Price", 1.0, (20, 40)), "D2": ("won", None, 1.0, ())}
    for created, poor in ((None, 0.0), (day(90), 0.0)):
        given = deals(rows)
        given["created"][0] = created
        model = model_with(AS_OF, deals=given, activities=activities(rows))
        assert lost_reasons(model)["poor_follow_up"].tolist() == [poor]


@pytest.mark.parametrize(
    "reason",
    ["follow-up", "No follow up", "POOR  FOLLOWUP", "Follow\u2011Up fehlte", "Manque de suivi",
     "schlechte Nachverfolgung", "Geen opvolging", "falta de seguimiento", "плохой мониторинг"],
)  # fmt: skip
def test_follow_up_is_read_in_many_words(reason):
    rows = {"D1": ("lost", reason, 1.0, (20, 41)), "D2": ("lost", "Price", 2.0, (20, 41))}
    assert asked(rows)["poor_follow_up"].tolist() == [0.0, 1.0]


def test_a_deal_without_an_amount_is_a_deal_and_no_money():
    rows = {
        "D1": ("lost", "Price", None, ()),
        "D2": ("lost", "Price", 40.0, ()),
        "D3": ("lost", "Time", None, ()),
    }
    frame = asked(rows, followed=False)
    assert frame["deals"].tolist() == [2.0, 1.0]
    assert frame["amount"].tolist() == [40.0, 0.0]
    assert frame["average"].tolist() == [40.0, DIV0]


def test_shares_of_no_money_cannot_be_divided():
    rows = {"D1": ("lost", "Price", None, ()), "D2": ("lost", "Time", 0.0, ())}
    frame = asked(rows, followed=False)
    assert frame["amount_share"].tolist() == frame["cumulative"].tolist() == [DIV0, DIV0]
    assert frame["lost_reason"].tolist() == ["Price", "Time"]


def test_period_and_conditions_choose_the_deals():
    given = deals()
    given["closed_on"][0] = dt.date(2026, 4, 1)
    model = model_with(AS_OF, deals=given)
    assert lost_reasons(model, period="2026-04")["amount"].tolist() == [100.0]
    frame = lost_reasons(model, "owner, lost_reason", "amount<60", "2026-03")
    assert frame["lost_reason"].tolist() == ["Price", "(blank)"]


def test_refusals():
    with pytest.raises(WrongValue, match="outcome is no 'tied'"):
        asked(outcome="tied")
    with pytest.raises(NotAvailable, match="no deals lost match in 2019"):
        asked(period="2019")
    with pytest.raises(NotAvailable, match="no rows of deals"):
        lost_reasons(model_with(AS_OF, activities=activities()))


def test_an_error_in_an_activity_of_a_deal_is_handed_on():
    spoilt = activities()
    spoilt["date"][0] = ExcelError.NUM
    with pytest.raises(ErrorInData, match="activities, row 2"):
        lost_reasons(model_with(AS_OF, deals=deals(), activities=spoilt))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["lost_reason", "owner", "segment, month"]))
def test_no_order_of_rows_changes_a_bit_and_parts_make_the_whole(seed, by):
    tables = {k: v for k, v in company(60, seed).items() if k != "products"}
    one = lost_reasons(model_with(AS_OF, **tables), by)
    mixed = {**tables, **{k: shuffled(tables[k], seed) for k in ("deals", "activities")}}
    assert one.equals(lost_reasons(model_with(AS_OF, **mixed), by))
    lost = tables["deals"]["status"].count("lost")
    assert one["deals"].sum() == lost
    assert math.isclose(one["share"].sum(), 1.0)
    if one["cumulative"].iloc[-1] != DIV0:
        assert one["cumulative"].iloc[-1] == 1.0
    assert (one["poor_follow_up"] <= one["deals"]).all()
    assert (one["amount"].diff().dropna() <= 0).all()
    assert all(cell == NA or cell >= 0 for cell in one["avoidable"])
