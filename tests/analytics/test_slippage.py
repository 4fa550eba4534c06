"""Late slippage: every outcome of a deal by hand, planted slippage found again, and laws."""

import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from given import AS_OF, company, model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.pipeline.late_months import late_months
from xlcrm.analytics.pipeline.slippage import slippage
from xlcrm.analytics.pipeline.snapshots import pushes
from xlcrm.errors import (
    ErrorInData,
    ExcelError,
    NotAvailable,
    OutOfDomain,
    UnknownName,
    WrongValue,
)
from xlcrm.periods import ALL

_PICTURE = ("taken_on", "deal_id", "amount", "expected_close", "status", "owner")
_DEAL = ("deal_id", "amount", "expected_close", "status", "closed_on", "owner")
TODAY = dt.date(2026, 3, 10)
MIDDLE, LATER = "2026-02-15", "2026-02-28"


def columns_of(names, rows, **constant):
    full = [row if len(row) == len(names) else (*row, "Ann") for row in rows]
    columns = {name: [row[k] for row in full] for k, name in enumerate(names)}
    for name in ("taken_on", "expected_close", "closed_on"):
        if name in columns:
            columns[name] = [None if one is None else pd.Timestamp(one) for one in columns[name]]
    return columns | {name: [value] * len(rows) for name, value in constant.items()}


def model_of_rows(snapshots, told=(), as_of=TODAY, **tables):
    given_tables = {"snapshots": columns_of(_PICTURE, snapshots, stage="Offer"), **tables}
    if told:
        created = pd.Timestamp("2025-12-01")
        given_tables["deals"] = columns_of(_DEAL, told, stage="Offer", created=created)
    return model_with(as_of, **given_tables)


SNAPSHOTS = (
    (MIDDLE, "lost late", 100.0, "2026-02-27", "open"),
    (LATER, "lost late", 90.0, "2026-02-27", "lost"),
    (MIDDLE, "lost early", 40.0, "2026-02-27", "open"),
    (MIDDLE, "won", 60.0, "2026-02-27", "open"),
    (LATER, "won", 66.0, "2026-02-26", "won"),
    (MIDDLE, "pushed", 80.0, "2026-02-20", "open"),
    (LATER, "pushed", 85.0, "2026-03-15", "open"),
    (MIDDLE, "stays", 20.0, "2026-02-20", "open"),
    (LATER, "stays", 20.0, "2026-02-20", "open"),
    (MIDDLE, "held", 10.0, "2026-02-27", "open"),
    (LATER, "held", 10.0, "2026-02-27", "on hold"),
    (MIDDLE, "lost by picture", 5.0, "2026-02-01", "open"),
    (LATER, "lost by picture", 5.0, "2026-02-01", "lost"),
    (MIDDLE, "gone", 7.0, "2026-02-28", "open"),
    (MIDDLE, "gone, moved", 3.0, "2026-02-28", "open"),
    # None of these was expected in February:
    (MIDDLE, "in March", 500.0, "2026-03-20", "open"),
    (MIDDLE, "in January", 600.0, "2026-01-31", "open"),
    (MIDDLE, "closed", 700.0, "2026-02-10", "won"),
    (LATER, "younger", 800.0, "2026-02-28", "open"),
)
DEALS = (
    ("lost late", 90.0, "2026-02-27", "lost", "2026-02-21"),
    ("lost early", 40.0, "2026-02-27", "lost", "2026-02-20"),
    ("won", 66.0, "2026-02-26", "won", "2026-02-26"),
    ("pushed", 85.0, "2026-03-15", "open", None),
    ("stays", 20.0, "2026-02-20", "open", None),
    ("held", 10.0, "2026-02-27", "on hold", None),
    ("lost by picture", 5.0, "2026-02-01", "lost", None),
    ("gone, moved", 4.0, "2026-04-15", "open", None),
    ("in March", 500.0, "2026-03-20", "open", None),
)
EXPECTED = 100 + 40 + 60 + 80 + 20 + 10 + 5 + 7 + 3.0
SLIPPED = 100 + 5 + 80 + 3.0
BY_HAND = {
    "months": 1.0,
    "expected": EXPECTED,  # 325
    "slipped": SLIPPED,  # 188
    "lost_late": 100 + 5.0,
    "pushed_late": 80 + 3.0,
    "lost_early": 40.0,
    "won": 60.0,
    "undated": 20 + 10 + 7.0,
    "rate": 188 / 325,
    "expected_deals": 9.0,
    "slipped_deals": 4.0,
    "rate_deals": 4 / 9,
    "at_risk": 85 + 20 + 500.0,
    "at_risk_deals": 3.0,
}


def figures(frame, row=0):
    return {name: frame[name][row] for name in frame.columns if name not in ("owner", "month")}


def test_every_outcome_of_a_deal_adds_up_as_computed_by_hand():
    assert (EXPECTED, SLIPPED) == (325.0, 188.0)
    answer = slippage(model_of_rows(SNAPSHOTS, DEALS), "")
    assert list(answer.columns) == list(BY_HAND)
    assert figures(answer) == BY_HAND


OUTCOME = {
    "lost late": "lost_late",
    "lost by picture": "lost_late",
    "lost early": "lost_early",
    "won": "won",
    "pushed": "pushed_late",
    "gone, moved": "pushed_late",
    "stays": "undated",
    "held": "undated",
    "gone": "undated",
}
PARTS = ("lost_late", "pushed_late", "lost_early", "won", "undated")


def outcomes(model, **options):
    answer = slippage(model, "deal_id", **options)
    answer = answer[answer["expected_deals"] > 0]
    return {
        row["deal_id"]: next((part for part in PARTS if row[part]), "none")
        for row in answer.to_dict("records")
    }


def test_each_deal_has_one_outcome():
    assert outcomes(model_of_rows(SNAPSHOTS, DEALS)) == OUTCOME


def outcome_of(later=None, told=None, middle=MIDDLE, after=LATER):
    rows = [(middle, "d", 10.0, "2026-02-27", "open"), (after, "other", 1.0, "2026-09-01", "open")]
    if later:
        rows.append((after, "d", 10.0, *later))
    deals = [("other", 1.0, "2026-09-01", "open", None)]
    if told:
        deals.append(("d", 10.0, *told))
    return outcomes(model_of_rows(rows, deals))["d"]


@pytest.mark.parametrize(
    ("later", "told", "outcome"),
    [
        # by the closing date
        (None, ("2026-02-27", "lost", "2026-02-28"), "lost_late"),
        (None, ("2026-02-27", "lost", "2026-02-20"), "lost_early"),
        (None, ("2026-02-27", "won", "2026-02-16"), "won"),
        (None, ("2026-02-27", "won", "2026-02-28"), "won"),
        # closed after the month: pushed where its close was moved, else still open then
        (("2026-02-27", "open"), ("2026-02-27", "lost", "2026-03-02"), "undated"),
        (("2026-03-27", "open"), ("2026-03-05", "won", "2026-03-05"), "pushed_late"),
        (None, ("2026-03-05", "won", "2026-03-05"), "pushed_late"),
        # the later snapshot, where no closing date is known or the deal was reopened
        (("2026-02-27", "lost"), None, "lost_late"),
        (("2026-02-27", "won"), None, "won"),
        (("2026-02-27", "lost"), ("2026-03-05", "won", "2026-03-05"), "lost_late"),
        (("2026-02-27", "lost"), ("2026-02-27", "open", "2026-02-19"), "lost_late"),
        # gone without a date
        (None, ("2026-02-27", "lost", None), "lost_late"),
        (None, ("2026-02-27", "won", None), "won"),
        (None, None, "undated"),
        # on hold
        (("2026-04-27", "on hold"), ("2026-04-27", "on hold", None), "pushed_late"),
        ((None, "open"), ("2026-02-27", "open", None), "undated"),
    ],
)
def test_the_first_rule_that_holds_tells_the_outcome(later, told, outcome):
    assert outcome_of(later, told) == outcome


def test_a_deal_closed_between_the_month_and_its_snapshot_was_open_at_the_end_of_the_month():
    told = ("2026-02-27", "lost", "2026-03-03")
    assert outcome_of(("2026-02-27", "lost"), told, after="2026-03-05") == "undated"
    told = ("2026-02-27", "lost", "2026-02-24")
    assert outcome_of(("2026-02-27", "lost"), told, after="2026-03-05") == "lost_late"


def test_groups_have_rates_of_their_own():
    rows = [
        (MIDDLE, "a", 30.0, "2026-02-27", "open", "Ann"),
        (LATER, "a", 30.0, "2026-03-27", "open", "Eve"),
        (MIDDLE, "b", 70.0, "2026-02-27", "open", "Ann"),
        (LATER, "b", 70.0, "2026-02-27", "won", "Ann"),
        (MIDDLE, "c", 50.0, "2026-02-27", "open", "Bob"),
        (LATER, "c", 50.0, "2026-02-27", "lost", "Bob"),
    ]
    told = [
        ("a", 30.0, "2026-03-27", "open", None, "Eve"),
        ("b", 70.0, "2026-02-27", "won", "2026-02-27", "Ann"),
        ("c", 50.0, "2026-02-27", "lost", "2026-02-27", "Bob"),
    ]
    answer = slippage(model_of_rows(rows, told))
    assert answer["owner"].tolist() == ["Ann", "Bob", "Eve"]
    assert answer["rate"].tolist() == [0.3, 1.0, ExcelError.DIV0]
    assert answer["rate_deals"].tolist() == [0.5, 1.0, ExcelError.DIV0]
    assert answer["at_risk"].tolist() == [0.0, 0.0, 30.0]
    assert answer["months"].tolist() == [1.0, 1.0, 0.0]
    assert slippage(model_of_rows(rows, told), where="owner=Ann")["rate"].tolist() == [0.3]


def test_the_deals_at_risk_are_listed_with_the_rate_of_their_group():
    answer = slippage(model_of_rows(SNAPSHOTS, DEALS), show="deals")
    assert answer["deal_id"].tolist() == ["in March", "pushed", "stays"]
    assert answer["amount"].tolist() == [500.0, 85.0, 20.0]
    assert answer["at_risk"].tolist() == [500 * 188 / 325, 85 * 188 / 325, 20 * 188 / 325]
    assert answer["reason"].tolist() == [
        "Ann slips 58 % late in the month",
        "Ann slips 58 % late in the month; pushed once",
        "Ann slips 58 % late in the month; overdue since 2026-02-20",
    ]
    assert answer["expected_close"].tolist() == ["2026-03-20", "2026-03-15", "2026-02-20"]


def test_a_deal_without_amount_or_a_group_without_history_has_no_figure_at_risk():
    told = [*DEALS, ("x", None, "2026-03-20", "open", None), ("y", 9.0, "2026-03-20", "open", None)]
    told[-1] = (*told[-1], "Eve")
    answer = slippage(model_of_rows(SNAPSHOTS, told), show="deals").set_index("deal_id")
    assert answer["at_risk"]["x"] is answer["amount"]["x"] is ExcelError.NA
    assert answer["at_risk"]["y"] is answer["rate"]["y"] is ExcelError.DIV0
    assert answer["reason"]["x"].endswith("; no amount")
    assert answer["reason"]["y"] == "Eve: nothing was expected in the months judged"


def test_without_a_deals_table_the_newest_snapshot_tells_what_is_open():
    answer = slippage(model_of_rows(SNAPSHOTS), "")
    assert answer["at_risk"].tolist() == [85 + 20 + 800.0]
    assert answer["lost_early"].tolist() == [0.0]
    assert answer["undated"].tolist() == [20 + 10 + 7 + 40 + 3.0]


def test_pushes_are_moves_to_a_later_day_from_one_snapshot_to_the_next():
    closes = ["2026-02-01", "2026-02-10", "2026-02-05", None, "2026-03-01", "2026-03-01"]
    days = ["2026-01-10", "2026-01-20", "2026-01-30", "2026-02-10", "2026-02-20", "2026-02-25"]
    rows = [(day, "d", 1.0, close, "open") for day, close in zip(days, closes, strict=True)]
    rows += [(day, "e", 1.0, "2026-02-01", "open") for day in days]
    model = model_of_rows(rows[::-1])
    assert pushes(model, TODAY, ["d", "e"]) == {"d": 2}
    assert pushes(model, dt.date(2026, 2, 19), ["d"]) == {"d": 1}
    assert pushes(model, TODAY, []) == {}


# ── which months are judged ─────────────────────────────────────────────────────────────────


def months_of(*days, as_of=TODAY, cut=20, period=ALL):
    rows = [(day, "d", 1.0, "2026-02-27", "open") for day in days]
    return [
        (m.start.month, m.before.isoformat(), m.after.isoformat())
        for m in late_months(model_of_rows(rows, as_of=as_of), cut, period)
    ]


def test_a_month_is_judged_by_the_last_snapshot_up_to_the_day_and_the_first_from_its_end():
    days = ("2026-01-31", "2026-02-15", "2026-02-20", "2026-02-21", "2026-02-28", "2026-03-05")
    assert months_of(*days) == [(2, "2026-02-20", "2026-02-28")]
    assert months_of(*days, cut=19) == [(2, "2026-02-15", "2026-02-28")]
    assert months_of(*days, cut=10) == [(2, "2026-01-31", "2026-02-28")]
    assert months_of("2026-02-20", "2026-03-05") == [(2, "2026-02-20", "2026-03-05")]


def test_a_snapshot_too_old_or_too_young_judges_no_month():
    assert months_of("2026-01-01", "2026-03-10") == [(2, "2026-01-01", "2026-03-10")]
    for days, as_of in (
        (("2025-12-31", "2026-03-10"), TODAY),
        (("2026-02-20", "2026-05-01"), dt.date(2026, 5, 1)),
    ):
        with pytest.raises(NotAvailable, match="needs snapshots on or before day 20"):
            months_of(*days, as_of=as_of)


def test_a_month_that_is_not_over_is_not_judged():
    days = ("2026-02-15", "2026-02-28")
    assert months_of(*days, as_of=dt.date(2026, 2, 28)) == [(2, *days)]
    with pytest.raises(NotAvailable):
        months_of(*days, as_of=dt.date(2026, 2, 27))


def regular(count=14):
    """Snapshots in the middle and at the end of months that end with February 2026."""
    rows = []
    for back in range(count):
        start = pd.Timestamp("2026-02-01") - pd.DateOffset(months=back)
        end = start + pd.offsets.MonthEnd(0)
        rows.append((start.replace(day=15), f"d{back}", 10.0 + back, end, "open"))
        status = "lost" if back % 2 else "won"
        rows.append((end, f"d{back}", 10.0 + back, end, status))
    return rows


def test_a_period_keeps_the_months_that_lie_in_it_as_a_whole():
    model = model_of_rows(regular())
    for period, count in (
        ("", 14.0), ("last 12 months", 11.0), ("2025-Q4", 3.0), ("2026-01-02..2026-02", 1.0),
    ):  # fmt: skip
        assert slippage(model, "", period=period)["months"].tolist() == [count], period
    with pytest.raises(NotAvailable, match=r"month in 2024 .* run from 2025-01-15 to 2026-02-28"):
        slippage(model, period="2024")


def test_months_add_up_to_the_whole():
    model = model_of_rows(regular())
    answer, whole = slippage(model, "month"), slippage(model, "")
    assert answer["month"].tolist()[0] == "2025-01"
    for name in ("months", "expected", "slipped", "won", "expected_deals"):
        assert answer[name].sum() == whole[name][0]
    assert whole["slipped"][0] == sum(10.0 + back for back in range(14) if back % 2)


def test_the_day_is_an_argument_and_else_a_setting():
    rows = [
        ("2026-02-10", "d", 10.0, "2026-02-27", "open"),
        ("2026-02-15", "d", 10.0, "2026-03-27", "open"),
        ("2026-02-28", "d", 10.0, "2026-03-27", "open"),
    ]
    assert slippage(model_of_rows(rows), "", day=10.0)["rate"].tolist() == [1.0]
    assert slippage(model_of_rows(rows), "")["rate"].tolist() == [ExcelError.DIV0]
    setting = {"name": ["late_month_day"], "value": [12.0]}
    model = model_of_rows(rows, settings=setting)
    assert slippage(model, "")["rate"].tolist() == [1.0]
    assert slippage(model, "", day=20.0)["rate"].tolist() == [ExcelError.DIV0]


def test_a_loss_on_the_day_is_early_and_one_after_it_late():
    told = [("lost late", 1.0, "2026-02-27", "lost", "2026-02-21")]
    model = model_of_rows(SNAPSHOTS, told)
    assert outcomes(model, day=20.0)["lost late"] == "lost_late"
    assert outcomes(model, day=21.0)["lost late"] == "lost_early"


# ── planted slippage is found again ─────────────────────────────────────────────────────────

SELLERS = [f"S{k:02}" for k in range(20)]


def planted(seed, months=18, deals=3):
    """Snapshots of sellers of whom six slip at 0.6 and the others at 0.15."""
    chance = np.random.default_rng(seed)
    slippers = set(chance.choice(SELLERS, 6, replace=False))
    snapshots, told = [], []
    every = itertools.product(range(months), SELLERS, range(deals))
    for number, (back, seller, _) in enumerate(every):
        start = pd.Timestamp("2026-02-01") - pd.DateOffset(months=back)
        end = start + pd.offsets.MonthEnd(0)
        deal, amount = f"D{number:05}", float(np.round(np.exp(chance.normal(9, 0.8))))
        close = start + pd.Timedelta(days=int(chance.integers(20, 28)))
        snapshots.append((start.replace(day=15), deal, amount, close, "open", seller))
        slips = chance.random() < (0.6 if seller in slippers else 0.15)
        if slips and chance.random() < 0.5:
            snapshots.append((end, deal, amount, close, "lost", seller))
            told.append((deal, amount, close, "lost", end - pd.Timedelta(days=2), seller))
        elif slips:
            later = close + pd.DateOffset(months=1)
            snapshots.append((end, deal, amount, later, "open", seller))
            told.append((deal, amount, later, "won", later, seller))
        else:
            snapshots.append((end, deal, amount, close, "won", seller))
            told.append((deal, amount, close, "won", close, seller))
    return snapshots, told, slippers


def auc(scores, hits):
    """The share of pairs of a hit and a miss in which the hit scores higher; ties count half."""
    pairs = list(
        itertools.product(
            [s for name, s in scores.items() if name in hits],
            [s for name, s in scores.items() if name not in hits],
        )
    )
    return sum((hit > miss) + 0.5 * (hit == miss) for hit, miss in pairs) / len(pairs)


@pytest.mark.parametrize("seed", range(3))
def test_sellers_who_slip_are_ranked_before_those_who_do_not(seed):
    snapshots, told, slippers = planted(seed)
    answer = slippage(model_of_rows(snapshots, told))
    assert answer["months"].tolist() == [18.0] * 20
    rates = dict(zip(answer["owner"], answer["rate"], strict=True))
    assert auc(rates, slippers) > 0.8
    for name, rate in rates.items():
        assert abs(rate - (0.6 if name in slippers else 0.15)) < 0.25


def test_the_measure_of_ranking_is_the_area_under_the_curve():
    assert auc({"a": 3, "b": 2, "c": 1}, {"a"}) == 1.0
    assert auc({"a": 1, "b": 2, "c": 1}, {"a"}) == 0.25


def test_fields_that_become_known_late_change_nothing_that_was_expected():
    snapshots, told, _ = planted(7, months=4)
    chance = np.random.default_rng(1)
    late = [k for k, row in enumerate(snapshots) if pd.Timestamp(row[0]).day != 15]
    amounts = chance.permutation([snapshots[k][2] for k in late])
    changed = list(snapshots)
    for k, amount in zip(late, amounts, strict=True):
        changed[k] = (*snapshots[k][:2], float(amount), *snapshots[k][3:5], "Eve")
    mixed = chance.permutation([row[1] for row in told])
    final = [(row[0], float(a), *row[2:]) for row, a in zip(told, mixed, strict=True)]
    expected = slippage(model_of_rows(snapshots, told))
    model = model_of_rows(changed, final)
    tables = {"snapshots": columns_of(_PICTURE, changed), "deals": columns_of(_DEAL, final)}
    tables["snapshots"]["stage"] = list(chance.choice(["Lead", "Offer"], len(changed)))
    tables["deals"] |= {
        "stage": list(chance.choice(["Lead", "Offer"], len(final))),
        "created": [pd.Timestamp("2025-12-01")] * len(final),
        "lost_reason": list(chance.choice(["Price", "Timing"], len(final))),
        "last_update": [pd.Timestamp("2026-03-01") - pd.Timedelta(days=int(d))
                        for d in chance.integers(0, 300, len(final))],
    }  # fmt: skip
    for one in (model, model_with(TODAY, **tables)):
        pd.testing.assert_frame_equal(slippage(one), expected, check_exact=True)


def test_another_outcome_changes_what_slipped_but_not_what_was_expected():
    snapshots, told, _ = planted(7, months=2)
    before = slippage(model_of_rows(snapshots, told))
    lost = [(*row[:3], "lost", pd.Timestamp("2026-03-05"), row[5]) for row in told]
    later = [
        row if pd.Timestamp(row[0]).day == 15 else (*row[:4], "lost", row[5]) for row in snapshots
    ]
    after = slippage(model_of_rows(later, lost))
    for name in ("expected", "expected_deals", "months"):
        assert after[name].tolist() == before[name].tolist()
    assert after["slipped"].tolist() != before["slipped"].tolist()


# ── laws ────────────────────────────────────────────────────────────────────────────────────

_days = st.integers(0, 89).map(lambda k: f"{pd.Timestamp('2026-01-01') + pd.Timedelta(days=k)}")
_statuses = st.sampled_from(["open", "open", "won", "lost", "on hold"])
_amounts = st.one_of(st.none(), st.sampled_from([0.1, 0.2, 0.3, 1e9, 33.33]))
_shown = st.one_of(st.none(), st.tuples(_amounts, st.one_of(st.none(), _days), _statuses))
_told = st.one_of(st.none(), st.tuples(_amounts, _days, _statuses, st.one_of(st.none(), _days)))
_owner = st.sampled_from(["Ann", "Bob", None])
_histories = st.lists(st.tuples(_shown, _shown, _shown, _told, _owner), min_size=1, max_size=20)


def model_of_histories(histories):
    days = ("2026-01-31", MIDDLE, "2026-03-01")
    snapshots = [(day, "base", 1.0, "2026-02-27", "open", "Ann") for day in days]
    told = [("base", 1.0, "2026-02-27", "open", None, "Ann")]
    for k, (*shown, deal, owner) in enumerate(histories):
        snapshots += [
            (day, f"d{k}", *one, owner) for day, one in zip(days, shown, strict=True) if one
        ]
        told += [(f"d{k}", *deal, owner or "Ann")] if deal else []
    return model_of_rows(snapshots, told)


@settings(max_examples=5, deadline=None)
@given(_histories)
def test_what_was_expected_is_the_sum_of_its_outcomes_in_every_group(histories):
    model = model_of_histories(histories)
    answer, whole = slippage(model), slippage(model, "")
    for row in [*answer.to_dict("records"), *whole.to_dict("records")]:
        parts = math.fsum(row[part] for part in PARTS)
        assert parts == pytest.approx(row["expected"], rel=1e-14)
        assert row["lost_late"] + row["pushed_late"] == pytest.approx(row["slipped"], rel=1e-14)
        if row["expected"]:
            assert 0 <= row["rate"] <= 1 + 1e-12
    for name in ("expected", "slipped", "expected_deals", "slipped_deals", "at_risk"):
        assert answer[name].sum() == pytest.approx(whole[name][0], rel=1e-12)


def test_rows_in_another_order_give_the_same_bits():
    tables = company(100)
    for options in ({"by": "manager, stage"}, {"show": "deals"}):
        expected = slippage(model_with(AS_OF, **tables), **options)
        for seed in (1, 2):
            mixed = {kind: shuffled(columns, seed) for kind, columns in tables.items()}
            answer = slippage(model_with(AS_OF, **mixed), **options)
            pd.testing.assert_frame_equal(answer, expected, check_exact=True)


# ── bad input ───────────────────────────────────────────────────────────────────────────────


def test_without_snapshots_nothing_is_guessed():
    created = [pd.Timestamp("2025-12-01")] * len(DEALS)
    deals = columns_of(_DEAL, DEALS, stage="Offer") | {"created": created}
    with pytest.raises(NotAvailable, match="needs snapshots on or before day 20"):
        slippage(model_with(TODAY, deals=deals))
    with pytest.raises(NotAvailable, match="needs snapshots on or before day 5"):
        slippage(model_with(TODAY, deals=deals), day=5.0)
    only_late = [row for row in SNAPSHOTS if row[0] == LATER]
    with pytest.raises(NotAvailable, match="run from 2026-02-28 to 2026-02-28"):
        slippage(model_of_rows(only_late, DEALS))


@pytest.mark.parametrize("day", [0.0, 28.0, -1.0, 20.5])
def test_a_day_that_no_month_has_late_enough_is_out_of_domain(day):
    with pytest.raises(OutOfDomain, match="give a whole day of the month from 1 to 27"):
        slippage(model_of_rows(SNAPSHOTS, DEALS), day=day)


def test_a_deal_that_stands_in_a_snapshot_twice_is_refused_by_name():
    for row in (SNAPSHOTS[0], SNAPSHOTS[1]):
        with pytest.raises(WrongValue, match="shows a deal twice: lost late"):
            slippage(model_of_rows((*SNAPSHOTS, row), DEALS))


def test_an_unknown_owner_column_status_or_option_is_named():
    model = model_of_rows(SNAPSHOTS, DEALS)
    with pytest.raises(NotAvailable, match=r"no owner 'Anna'.*did you mean 'Ann'"):
        slippage(model, where="owner=Anna")
    with pytest.raises(UnknownName, match="no column 'onwer'"):
        slippage(model, "onwer")
    with pytest.raises(WrongValue, match="show is no 'deal'; did you mean 'deals'"):
        slippage(model, show="deal")
    odd = (*SNAPSHOTS, (MIDDLE, "odd", 1.0, "2026-02-27", "maybe"))
    with pytest.raises(NotAvailable, match="status 'maybe' is none of"):
        slippage(model_of_rows(odd, DEALS))


def test_a_seller_of_old_snapshots_who_has_no_deal_now_has_none_at_risk():
    rows = [(*row, "Old") for row in SNAPSHOTS[:2]] + list(SNAPSHOTS[2:])
    answer = slippage(model_of_rows(rows, DEALS), where="owner=Old")
    assert answer["expected"].tolist() == [100.0]
    assert answer["at_risk_deals"].tolist() == [0.0]
    with pytest.raises(NotAvailable, match="no open deal is expected to close"):
        slippage(model_of_rows(rows, DEALS), where="owner=Old", show="deals")


def test_several_currencies_are_never_added_up():
    currency = ["EUR", "USD", *["EUR"] * (len(DEALS) - 2)]
    created = [pd.Timestamp("2025-12-01")] * len(DEALS)
    deals = columns_of(_DEAL, DEALS, stage="Offer") | {"created": created, "currency": currency}
    snapshots = columns_of(_PICTURE, SNAPSHOTS, stage="Offer")
    model = model_with(TODAY, snapshots=snapshots, deals=deals)
    with pytest.raises(WrongValue, match="mixed currencies"):
        slippage(model)
    assert slippage(model, "currency").set_index("currency")["expected"]["USD"] == 40.0


@pytest.mark.parametrize("column", ["amount", "expected_close", "status", "owner", "deal_id"])
def test_an_error_cell_of_a_snapshot_that_counts_is_handed_on(column):
    snapshots = columns_of(_PICTURE, SNAPSHOTS, stage="Offer")
    snapshots[column][0] = ExcelError.NUM
    with pytest.raises(ErrorInData, match=rf"{column} is #NUM!") as caught:
        slippage(model_with(TODAY, snapshots=snapshots))
    assert caught.value.code is ExcelError.NUM


def test_an_error_cell_of_a_snapshot_that_judges_no_month_changes_nothing():
    early = ("2025-06-10", "old", 1.0, "2025-06-27", "open")
    expected = slippage(model_of_rows((*SNAPSHOTS, early), DEALS))
    snapshots = columns_of(_PICTURE, (*SNAPSHOTS, early), stage="Offer")
    snapshots["amount"][-1] = ExcelError.NUM
    created = [pd.Timestamp("2025-12-01")] * len(DEALS)
    deals = columns_of(_DEAL, DEALS, stage="Offer") | {"created": created}
    answer = slippage(model_with(TODAY, snapshots=snapshots, deals=deals))
    pd.testing.assert_frame_equal(answer, expected)
