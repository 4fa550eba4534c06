"""The waterfall: each way a deal can move, computed by hand, and the laws that hold for any."""

import datetime as dt
import math

import pandas as pd
import pytest
from given import AS_OF, company, model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.pipeline import waterfall as waterfall_module
from xlcrm.analytics.pipeline.waterfall import balanced, compared, month_before, waterfall
from xlcrm.errors import (
    ErrorInData,
    ExcelError,
    NotAvailable,
    OutOfDomain,
    UnknownName,
    WrongValue,
)

law = settings(max_examples=5, deadline=None)

STEPS = ["start", "new", "pulled_in", "up", "down", "pushed", "lost", "won", "dropped", "end"]
JAN, FEB, MAY = "2026-01-31", "2026-02-28", "2026-05-10"
_PICTURE = ("taken_on", "deal_id", "amount", "expected_close", "status", "owner")
_DEAL = ("deal_id", "amount", "expected_close", "status", "closed_on", "created", "owner")


def day(text):
    return None if text is None else pd.Timestamp(text)


def pictures(*rows):
    """Snapshots of rows of day, deal, amount, expected close, status, and an owner if not Ann."""
    full = [row if len(row) == 6 else (*row, "Ann") for row in rows]
    columns = {name: [row[k] for row in full] for k, name in enumerate(_PICTURE)}
    for name in ("taken_on", "expected_close"):
        columns[name] = [day(one) for one in columns[name]]
    return {**columns, "stage": ["Offer"] * len(rows)}


def deals(*rows):
    """Deals of rows of id, amount, expected close, status, closed on, created, owner."""
    full = [(*row, *(None, "2025-12-01", "Ann")[len(row) - 4 :]) for row in rows]
    columns = {name: [row[k] for row in full] for k, name in enumerate(_DEAL)}
    for name in ("expected_close", "closed_on", "created"):
        columns[name] = [day(one) for one in columns[name]]
    return {**columns, "stage": ["Offer"] * len(rows)}


def model_of_rows(snapshots, told=(), as_of=AS_OF, **tables):
    given_deals = {"deals": deals(*told)} if told else {}
    return model_with(as_of, snapshots=pictures(*snapshots), **given_deals, **tables)


def money(frame, row=0):
    """The steps that are not 0, and the number of deals."""
    found = {step: frame[step][row] for step in STEPS if frame[step][row] != 0}
    return found | {"deals": frame["deals"][row]}


SNAPSHOTS = (
    (JAN, "stays", 100.0, "2026-03-01", "open"),
    (FEB, "stays", 100.0, "2026-03-02", "open"),
    (JAN, "rises", 100.0, "2026-03-01", "open"),
    (FEB, "rises", 150.0, "2026-03-01", "open"),
    (JAN, "falls", 80.0, "2026-03-01", "open"),
    (FEB, "falls", 60.0, "2026-03-01", "open"),
    (JAN, "pulled", 40.0, MAY, "open"),
    (FEB, "pulled", 45.0, "2026-03-10", "open"),
    (JAN, "pushed", 70.0, "2026-03-20", "open"),
    (FEB, "pushed", 75.0, "2026-04-20", "open"),
    (JAN, "lost", 30.0, "2026-03-01", "open"),
    (FEB, "lost", 35.0, "2026-03-01", "lost"),
    (JAN, "won", 50.0, "2026-03-01", "open"),
    (FEB, "won", 55.0, "2026-03-01", "won"),
    (JAN, "gone won", 100.0, "2026-03-01", "open"),
    (JAN, "gone lost", 20.0, "2026-03-01", "open"),
    (JAN, "gone, won after", 25.0, "2026-03-01", "open"),
    (JAN, "held", 15.0, "2026-03-01", "open"),
    (FEB, "held", 15.0, "2026-03-01", "on hold"),
    (JAN, "vanished", 5.0, "2026-03-01", "open"),
    (FEB, "created", 200.0, "2026-03-01", "open"),
    (JAN, "reopened", 9.0, "2026-03-01", "lost"),
    (FEB, "reopened", 11.0, "2026-03-01", "open"),
    (JAN, "won from outside", 60.0, MAY, "open"),
    (FEB, "won from outside", 64.0, MAY, "won"),
    (JAN, "outside", 1000.0, MAY, "open"),
    (FEB, "outside", 2000.0, MAY, "open"),
    (JAN, "won before", 300.0, "2026-01-10", "won"),
    (FEB, "won before", 300.0, "2026-01-10", "won"),
    (JAN, "lost outside", 400.0, MAY, "open"),
    (FEB, "lost outside", 400.0, MAY, "lost"),
    (JAN, "blank", None, "2026-03-01", "open"),
    (FEB, "blank", 12.0, "2026-03-01", "open"),
)
DEALS = (
    ("gone won", 90.0, "2026-02-10", "won", "2026-02-10"),
    ("gone lost", 22.0, "2026-03-01", "lost", "2026-02-11"),
    ("gone, won after", 25.0, "2026-03-05", "won", "2026-03-05"),
    ("won from outside", 64.0, MAY, "won", "2026-02-15"),
    ("never seen, won", 33.0, "2026-02-20", "won", "2026-02-20", "2026-02-05"),
    ("never seen, lost", 7.0, "2026-02-27", "lost", "2026-02-21", "2026-02-05"),
    ("never seen, older", 500.0, "2026-02-20", "won", "2026-02-20", "2026-01-05"),
    ("never seen, open", 600.0, "2026-03-20", "open", None, "2026-02-05"),
    ("never seen, later", 700.0, "2026-03-03", "won", "2026-03-03", "2026-02-05"),
)
BY_HAND = {
    "start": 100 + 100 + 80 + 70 + 30 + 50 + 100 + 20 + 25 + 15 + 5 + 0.0,  # 595
    "new": 200 + 11 + 33 + 7.0,  # 251
    "pulled_in": 45 + 64.0,  # 109
    "up": 50 + 5 + 12.0,  # 67
    "down": 20 + 10.0,
    "pushed": 70.0,
    "lost": 30 + 20 + 7.0,  # 57
    "won": 55 + 90 + 33 + 64.0,  # 242
    "dropped": 25 + 15 + 5.0,  # 45
    "end": 100 + 150 + 60 + 45 + 200 + 11 + 12.0,  # 578
    "deals": 18.0,
}


def test_every_way_a_deal_can_move_adds_up_as_computed_by_hand():
    answer = waterfall(model_of_rows(SNAPSHOTS, DEALS), period="2026-Q1")
    assert money(answer) == BY_HAND
    assert 595 + 251 + 109 + 67 - 30 - 70 - 57 - 242 - 45 == 578
    assert answer[["since", "until"]].to_numpy().tolist() == [[JAN, FEB]]
    assert answer["no_amount"].tolist() == [1.0]


ONE_BY_ONE = {
    "stays": {"start": 100.0, "end": 100.0},
    "rises": {"start": 100.0, "up": 50.0, "end": 150.0},
    "falls": {"start": 80.0, "down": 20.0, "end": 60.0},
    "pulled": {"pulled_in": 45.0, "end": 45.0},
    "pushed": {"start": 70.0, "pushed": 70.0},
    "lost": {"start": 30.0, "lost": 30.0},
    "won": {"start": 50.0, "up": 5.0, "won": 55.0},
    "gone won": {"start": 100.0, "down": 10.0, "won": 90.0},
    "gone lost": {"start": 20.0, "lost": 20.0},
    "gone, won after": {"start": 25.0, "dropped": 25.0},
    "held": {"start": 15.0, "dropped": 15.0},
    "vanished": {"start": 5.0, "dropped": 5.0},
    "created": {"new": 200.0, "end": 200.0},
    "reopened": {"new": 11.0, "end": 11.0},
    "won from outside": {"pulled_in": 64.0, "won": 64.0},
    "never seen, won": {"new": 33.0, "won": 33.0},
    "never seen, lost": {"new": 7.0, "lost": 7.0},
    "blank": {"up": 12.0, "end": 12.0},
}


def test_each_deal_moves_in_one_way():
    answer = waterfall(model_of_rows(SNAPSHOTS, DEALS), "deal_id", period="2026-Q1")
    found = {answer["deal_id"][k]: money(answer, k) for k in range(len(answer) - 1)}
    assert found == {deal: steps | {"deals": 1.0} for deal, steps in ONE_BY_ONE.items()}
    assert money(answer, len(answer) - 1) == BY_HAND


def test_without_a_period_no_deal_is_pushed_or_pulled_in():
    answer = waterfall(model_of_rows(SNAPSHOTS, DEALS))
    assert answer["pushed"].tolist() == answer["pulled_in"].tolist() == [0.0]
    assert answer["start"][0] == BY_HAND["start"] + 40 + 60 + 1000 + 400
    assert answer["lost"][0] == BY_HAND["lost"] + 400
    assert answer["up"][0] == BY_HAND["up"] + 5 + 5 + 4 + 1000


def test_a_deal_without_an_expected_close_counts_only_where_no_period_is_watched():
    rows = ((JAN, "d", 10.0, None, "open"), (FEB, "d", 10.0, None, "open"))
    assert money(waterfall(model_of_rows(rows))) == {"start": 10.0, "end": 10.0, "deals": 1.0}
    assert money(waterfall(model_of_rows(rows), period="2026")) == {"deals": 0.0}


def test_a_deal_closed_before_the_first_snapshot_is_not_new():
    rows = (
        (JAN, "other", 1.0, "2026-03-01", "open"),
        (FEB, "other", 1.0, "2026-03-01", "open"),
        (FEB, "d", 10.0, "2026-01-10", "won"),
    )
    told = [("d", 10.0, "2026-01-10", "won", "2026-01-10")]
    assert waterfall(model_of_rows(rows, told))["won"].tolist() == [0.0]
    told = [("d", 10.0, "2026-01-10", "won", "2026-02-10")]
    assert waterfall(model_of_rows(rows, told))["won"].tolist() == [10.0]


def test_a_deal_lost_at_both_ends_is_nowhere_and_one_won_after_a_loss_is_new():
    rows = ((JAN, "a", 10.0, MAY, "lost"), (FEB, "a", 10.0, MAY, "lost"))
    assert money(waterfall(model_of_rows(rows))) == {"deals": 0.0}
    rows = ((JAN, "a", 10.0, MAY, "lost"), (FEB, "a", 10.0, MAY, "won"))
    assert money(waterfall(model_of_rows(rows))) == {"new": 10.0, "won": 10.0, "deals": 1.0}


def test_a_deal_lost_outside_the_period_though_closed_in_it_is_not_new():
    rows = ((JAN, "x", 1.0, MAY, "open"), (FEB, "d", 10.0, MAY, "lost"))
    told = [("d", 10.0, MAY, "lost", "2026-02-10")]
    assert money(waterfall(model_of_rows(rows, told), period="2026-Q1")) == {"deals": 0.0}


def test_a_blank_status_is_told_by_the_stage_and_words_of_other_languages_are_read():
    snapshots = pictures(
        (JAN, "a", 10.0, MAY, None),
        (FEB, "a", 10.0, MAY, "gewonnen"),
        (JAN, "b", 20.0, MAY, "Ouvert"),
        (FEB, "b", 20.0, MAY, None),
    )
    snapshots["stage"] = ["Offer", "Offer", "Offer", "Closed Lost"]
    answer = waterfall(model_with(AS_OF, snapshots=snapshots))
    assert money(answer) == {"start": 30.0, "won": 10.0, "lost": 20.0, "deals": 2.0}


MOVED = (
    (JAN, "a", 10.0, MAY, "open", "Ann"),
    (FEB, "a", 15.0, MAY, "open", "Bob"),
    (JAN, "b", 20.0, MAY, "open", "Ann"),
    (JAN, "c", 40.0, MAY, "open", "Bob"),
    (FEB, "c", 40.0, MAY, "open", "Ann"),
)


def test_a_deal_that_changed_hands_stands_with_the_owner_of_the_later_picture():
    answer = waterfall(model_of_rows(MOVED), "owner")
    assert answer["owner"].tolist() == ["Ann", "Bob", "(all)"]
    assert money(answer, 0) == {"start": 60.0, "dropped": 20.0, "end": 40.0, "deals": 2.0}
    assert money(answer, 1) == {"start": 10.0, "up": 5.0, "end": 15.0, "deals": 1.0}


def test_conditions_are_met_by_the_picture_that_groups_the_deal():
    model = model_of_rows(MOVED)
    groups = waterfall(model, "owner")
    for row, owner in enumerate(("Ann", "Bob")):
        assert money(waterfall(model, where=f"owner={owner}")) == money(groups, row)


def test_a_seller_of_deals_closed_in_between_need_not_stand_in_a_snapshot():
    told = [("new", 33.0, "2026-02-20", "won", "2026-02-20", "2026-02-05", "Eve")]
    answer = waterfall(model_of_rows(MOVED, told), "owner")
    assert answer["owner"].tolist() == ["Ann", "Bob", "Eve", "(all)"]
    assert money(answer, 2) == {"new": 33.0, "won": 33.0, "deals": 1.0}
    answer = waterfall(model_of_rows(MOVED, told), where="owner in Ann, Bob")
    assert answer["won"].tolist() == [0.0]


def test_related_tables_group_the_deals():
    sellers = {"owner": ["Ann", "Bob"], "team": ["North", "South"]}
    told = [("a", 15.0, MAY, "open"), ("b", 20.0, MAY, "open"), ("c", 40.0, MAY, "open")]
    answer = waterfall(model_of_rows(MOVED, told, sellers=sellers), "team")
    assert answer["team"].tolist() == ["North", "South", "(all)"]
    assert answer["end"].tolist() == [40.0, 15.0, 55.0]


def test_steps_rise_from_an_invisible_base():
    answer = waterfall(model_of_rows(SNAPSHOTS, DEALS), period="2026-Q1", show="steps")
    assert answer["step"].tolist() == [step.replace("_", " ") for step in STEPS]
    columns = ["amount", "base", "rise", "fall", "deals"]
    assert answer[columns].to_numpy().tolist() == [
        [595.0, 0.0, 595.0, 0.0, 12.0],
        [251.0, 595.0, 251.0, 0.0, 4.0],
        [109.0, 846.0, 109.0, 0.0, 2.0],
        [67.0, 955.0, 67.0, 0.0, 3.0],
        [-30.0, 992.0, 0.0, 30.0, 2.0],
        [-70.0, 922.0, 0.0, 70.0, 1.0],
        [-57.0, 865.0, 0.0, 57.0, 3.0],
        [-242.0, 623.0, 0.0, 242.0, 4.0],
        [-45.0, 578.0, 0.0, 45.0, 3.0],
        [578.0, 0.0, 578.0, 0.0, 7.0],
    ]


def test_steps_of_groups_follow_one_another():
    answer = waterfall(model_of_rows(MOVED), "owner", show="steps")
    assert answer["owner"].tolist() == ["Ann"] * 10 + ["Bob"] * 10 + ["(all)"] * 10
    assert answer[answer["step"] == "end"]["amount"].tolist() == [40.0, 15.0, 55.0]


# ── which snapshots are compared ────────────────────────────────────────────────────────────

DAYS = ("2025-12-31", "2026-01-15", JAN, "2026-02-15", FEB)
TAKEN = model_of_rows([(one, "d", 1.0, MAY, "open") for one in DAYS])


def on(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, (JAN, FEB)),
        (None, "2026-02-27", ("2026-01-15", "2026-02-15")),
        (None, "2026-01-14", None),
        (None, "2026-01-20", ("2025-12-31", "2026-01-15")),
        ("2026-01-30", None, ("2026-01-15", FEB)),
        (DAYS[0], DAYS[1], DAYS[:2]),
        ("2025-12-30", None, None),
        ("2026-03-01", None, "behind"),
        (FEB, JAN, "behind"),
        (FEB, FEB, None),
    ],
)
def test_the_last_snapshots_by_the_days_asked_for_are_compared(first, last, expected):
    ask = lambda: compared(TAKEN, first and on(first), last and on(last))  # noqa: E731
    if expected is None or expected == "behind":
        with pytest.raises(WrongValue if expected else NotAvailable):
            ask()
    else:
        assert ask() == tuple(map(on, expected))


def test_snapshots_taken_after_the_day_one_looks_from_are_not_seen():
    early = model_of_rows([(one, "d", 1.0, MAY, "open") for one in DAYS], as_of=on("2026-02-20"))
    assert compared(early, None, None) == (on("2026-01-15"), on("2026-02-15"))


def test_the_earliest_snapshot_stands_in_where_none_is_a_month_old():
    young = model_of_rows([(one, "d", 1.0, MAY, "open") for one in ("2026-02-15", FEB)])
    assert compared(young, None, None) == (on("2026-02-15"), on(FEB))


@pytest.mark.parametrize(
    ("day_", "before"),
    [
        ("2026-02-28", "2026-01-31"),
        ("2026-03-31", "2026-02-28"),
        ("2026-03-30", "2026-02-28"),
        ("2026-03-15", "2026-02-15"),
        ("2028-03-31", "2028-02-29"),
        ("2026-01-31", "2025-12-31"),
    ],
)
def test_a_month_before_the_end_of_a_month_is_the_end_of_the_month_before(day_, before):
    assert month_before(on(day_)) == on(before)


# ── laws ────────────────────────────────────────────────────────────────────────────────────

_amounts = st.one_of(
    st.none(),
    st.integers(-(10**6), 10**10).map(lambda cents: cents / 100),
    st.sampled_from([0.1, 0.2, 0.3, 1e12, -1e12, 1e-9]),
)
_closes = st.integers(0, 150).map(lambda k: f"{pd.Timestamp('2026-01-01') + pd.Timedelta(days=k)}")
_statuses = st.sampled_from(["open", "open", "open", "won", "lost", "on hold"])
_owners = st.sampled_from(["Ann", "Bob", "Eve", None])
_pictured = st.one_of(st.none(), st.tuples(_amounts, st.one_of(st.none(), _closes), _statuses))
_told = st.one_of(st.none(), st.tuples(_amounts, _closes, _statuses, _closes, _closes))
_histories = st.lists(st.tuples(_pictured, _pictured, _told, _owners), min_size=1, max_size=25)


def model_of_histories(histories):
    snapshots = [(one, "base", 1.0, "2026-03-01", "open") for one in (JAN, FEB)]
    told = [("base", 1.0, "2026-03-01", "open", None)]
    for k, (first, second, deal, owner) in enumerate(histories):
        for taken, shown in ((JAN, first), (FEB, second)):
            if shown:
                snapshots.append((taken, f"d{k}", *shown, owner))
        if deal:
            told.append((f"d{k}", *deal, owner or "Ann"))
    return model_of_rows(snapshots, told)


@law
@given(_histories, st.sampled_from(["", "2026-Q1", "2026-03", "2026-03..2026-04"]))
def test_every_row_and_the_total_add_up(histories, period):
    answer = waterfall(model_of_histories(histories), "owner", period=period)
    sizes = math.fsum(
        abs(part[0]) for row in histories for part in row[:3] if part and part[0] is not None
    )
    for row in answer[STEPS].to_numpy():
        start, new, pulled, up, down, pushed, lost, won, dropped, end = row
        came = math.fsum([start, new, pulled, up, -down, -pushed, -lost, -won, -dropped])
        assert abs(came - end) <= 1e-14 * (sizes + 1)
        assert up >= 0
        assert down >= 0


@law
@given(_histories)
def test_groups_add_up_to_the_total(histories):
    answer = waterfall(model_of_histories(histories), "owner", period="2026-Q1")
    total, groups = answer.iloc[-1], answer.iloc[:-1]
    assert total["owner"] == "(all)"
    for step in (*STEPS, "deals", "no_amount"):
        assert math.fsum(groups[step]) == pytest.approx(total[step], rel=1e-9, abs=1e-3)
    alone = waterfall(model_of_histories(histories), period="2026-Q1").iloc[0]
    assert all(alone[step] == total[step] for step in (*STEPS, "deals", "no_amount"))


@law
@given(_histories)
def test_start_and_end_are_the_open_deals_of_the_two_snapshots(histories):
    answer = waterfall(model_of_histories(histories))
    for step, place in (("start", 0), ("end", 1)):
        opened = [
            row[place][0] or 0.0 for row in histories if row[place] and row[place][2] == "open"
        ]
        assert answer[step][0] == pytest.approx(math.fsum([*opened, 1.0]), rel=1e-12, abs=1e-3)


def test_rows_in_another_order_give_the_same_bits():
    tables = company(100)
    expected = waterfall(model_with(AS_OF, **tables), "manager, stage", period="2026-Q1")
    for seed in (1, 2):
        mixed = {kind: shuffled(columns, seed) for kind, columns in tables.items()}
        answer = waterfall(model_with(AS_OF, **mixed), "manager, stage", period="2026-Q1")
        pd.testing.assert_frame_equal(answer, expected, check_exact=True)


def test_two_equal_snapshots_move_nothing():
    rows = [
        (one, f"d{k}", 0.1 * k, MAY, "open", f"o{k % 3}") for one in (JAN, FEB) for k in range(30)
    ]
    answer = waterfall(model_of_rows(rows), "owner")
    assert (answer[STEPS[1:-1]] == 0).all().all()
    assert answer["start"].tolist() == answer["end"].tolist()


# ── the check itself ────────────────────────────────────────────────────────────────────────


def balance_of(**changed):
    row = dict.fromkeys(STEPS, 0.0) | {"start": 100.0, "won": 40.0, "end": 60.0, "gross": 140.0}
    return pd.DataFrame([row, row | changed])


def test_parts_that_add_up_pass():
    balanced(balance_of())


@pytest.mark.parametrize("step", STEPS)
def test_parts_that_miss_the_end_by_a_ten_thousandth_of_a_cent_are_refused(step):
    wrong = balance_of()
    wrong.loc[1, step] += 1e-6
    with pytest.raises(OutOfDomain, match=r"the parts do not add up: row 2 .* misses its end by"):
        balanced(wrong)


def test_a_sum_that_is_no_number_is_refused():
    with pytest.raises(OutOfDomain, match="the parts do not add up"):
        balanced(balance_of(end=math.nan))


def test_a_waterfall_that_does_not_add_up_is_never_shown(monkeypatch):
    whole = waterfall_module.movements

    def spoilt(*arguments):
        moved = whole(*arguments)
        return moved.assign(pushed=moved["pushed"] + 0.01)

    monkeypatch.setattr(waterfall_module, "movements", spoilt)
    for show in ("table", "steps"):
        with pytest.raises(OutOfDomain, match="the parts do not add up"):
            waterfall(model_of_rows(SNAPSHOTS, DEALS), show=show)


# ── bad input ───────────────────────────────────────────────────────────────────────────────


def test_fewer_than_two_snapshots_are_not_available():
    one = model_of_rows([(JAN, "d", 1.0, MAY, "open")])
    none = model_with(AS_OF, deals=deals(("d", 1.0, MAY, "open")))
    for model in (one, none):
        with pytest.raises(NotAvailable, match="needs two snapshots"):
            waterfall(model)


def test_a_deal_that_stands_in_a_snapshot_twice_is_refused_by_name():
    with pytest.raises(WrongValue, match="snapshot of 2026-01-31 shows a deal twice: stays"):
        waterfall(model_of_rows((*SNAPSHOTS, SNAPSHOTS[0])))


def test_a_deal_that_stands_in_the_deals_table_twice_is_refused_by_name():
    with pytest.raises(WrongValue, match="second row for gone won"):
        waterfall(model_of_rows(SNAPSHOTS, (*DEALS, DEALS[0])))


def test_an_unknown_status_owner_column_or_option_is_named():
    rows = [*SNAPSHOTS, (JAN, "odd", 1.0, MAY, "opne")]
    with pytest.raises(NotAvailable, match=r"status 'opne' is none of .*did you mean 'open'"):
        waterfall(model_of_rows(rows))
    model = model_of_rows(SNAPSHOTS)
    with pytest.raises(NotAvailable, match="no owner 'Nan'"):
        waterfall(model, where="owner=Nan")
    with pytest.raises(UnknownName, match="no column 'onwer'"):
        waterfall(model, "onwer")
    with pytest.raises(WrongValue, match="show is no 'step'; did you mean 'steps'"):
        waterfall(model, show="step")
    with pytest.raises(WrongValue, match="is no period"):
        waterfall(model, period="soon")


def test_amounts_that_are_all_blank_are_not_available():
    rows = [(one, "d", None, MAY, "open") for one in (JAN, FEB)]
    with pytest.raises(NotAvailable, match=r"none of the 1 deals .* has an amount"):
        waterfall(model_of_rows(rows))


def test_several_currencies_are_never_added_up():
    told = deals(("a", 15.0, MAY, "open"), ("b", 1.0, MAY, "open"), ("c", 1.0, MAY, "open"))
    told["currency"] = ["EUR", "USD", "EUR"]
    model = model_with(AS_OF, snapshots=pictures(*MOVED), deals=told)
    with pytest.raises(WrongValue, match="mixed currencies"):
        waterfall(model)
    assert waterfall(model, where="currency=EUR")["end"].tolist() == [55.0]
    assert waterfall(model, "currency")["start"].tolist() == [50.0, 20.0, 70.0]


def spoilt(**changed):
    """The snapshots with an error in one row: the first of either day, or one of another."""
    snapshots = pictures(*SNAPSHOTS, ("2025-12-31", "old", 1.0, MAY, "open"))
    for place, column in changed.values():
        snapshots[column][place] = ExcelError.DIV0
    return model_with(AS_OF, snapshots=snapshots)


@pytest.mark.parametrize("column", ["amount", "expected_close", "status", "deal_id"])
@pytest.mark.parametrize("place", [0, 1])
def test_an_error_cell_of_either_snapshot_is_handed_on(column, place):
    with pytest.raises(ErrorInData, match=rf"{column} is #DIV/0!") as caught:
        waterfall(spoilt(cell=(place, column)))
    assert caught.value.code is ExcelError.DIV0


def test_an_error_cell_of_another_snapshot_changes_nothing():
    for column in ("amount", "expected_close", "status", "owner"):
        answer = waterfall(spoilt(cell=(-1, column)), "owner")
        assert answer["until"].tolist() == [FEB, FEB]


def test_an_error_cell_of_a_deal_that_conditions_leave_out_changes_nothing():
    snapshots = pictures(*MOVED)
    snapshots["amount"][2] = ExcelError.DIV0  # of deal b, which is Ann's
    model = model_with(AS_OF, snapshots=snapshots)
    assert waterfall(model, where="owner=Bob")["end"].tolist() == [15.0]
    with pytest.raises(ErrorInData):
        waterfall(model, where="owner=Ann")
