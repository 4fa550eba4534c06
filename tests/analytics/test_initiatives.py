"""Initiatives: what they cost, how far they are, and what they brought."""

import datetime as dt
import math

import pytest
from given import model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.scorecard.initiatives import initiatives
from xlcrm.cells import Origin, Range, canonical
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue
from xlcrm.model.model import model_of
from xlcrm.model.table import table_of

AS_OF = dt.date(2026, 7, 2)  # 182 of the 364 days from the first to the last of 2026
FIRST, LAST = "2026-01-01", "2026-12-31"
NA, DIV0, NUM = ExcelError.NA, ExcelError.DIV0, ExcelError.NUM
COLUMNS = [
    "initiative", "measure", "objective", "perspective", "owner", "status", "due", "budget",
    "spent", "burn", "progress", "time", "expected", "achieved", "points", "money_per_point",
]  # fmt: skip

OBJECTIVES = {
    "objective_id": ["C", "F"],
    "objective": ["Keep customers", "Grow"],
    "perspective": ["Customers", "Finance"],
}
# Churn: less is better. Scored by lines through 16 = 0, 12 = 33.3, 8 = 66.7 and 4 = 100, so 15 is
# worth 8.33 and 9 is worth 58.33. Revenue: 80 = 33.3 and 95 = 66.7, so 87.5 is worth 50.
MEASURES = {
    "measure_id": ["churn", "revenue", "visits"],
    "objective_id": ["C", "F", "F"],
    "measure": ["Churn", "Revenue", "Visits"],
    "baseline": [15.0, 80.0, None],
    "red": [12.0, 80.0, 5.0],
    "target": [8.0, 95.0, 10.0],
    "actual": [9.0, 87.5, 7.0],
}
_BLANK = {
    "measure_id": "revenue", "name": None, "owner": None, "start": None, "due": None,
    "budget": None, "spent": None, "progress": None, "status": None, "expected_effect": None,
}  # fmt: skip


def made(*rows, **every):
    """Initiatives; each row says what is not blank, `every` what all of them have."""
    full = [{**_BLANK, "initiative_id": f"i{k}", **every, **row} for k, row in enumerate(rows)]
    for row in full:
        row["name"] = row["name"] or row["initiative_id"]
    return {name: [row[name] for row in full] for name in full[0]}


def listed(table, *, measures=MEASURES, as_of=AS_OF, where="", period="", method="", **more):
    """The answer as dictionaries by initiative."""
    model = model_with(as_of, measures=measures, objectives=OBJECTIVES, initiatives=table, **more)
    frame = initiatives(model, where, period, method)
    assert list(frame.columns) == COLUMNS
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in frame.astype(object).to_numpy()]
    return {row["initiative"]: row for row in rows}


def one(table=None, **row):
    """The only initiative there is."""
    (found,) = listed(table or made(row)).values()
    return found


# ── what they brought, by hand ──────────────────────────────────────────────────────────────

TWO_ON_CHURN = made(
    {"name": "Call back", "expected_effect": -3.0, "spent": 1500.0, "budget": 2000.0},
    {"name": "Survey", "expected_effect": -1.0, "spent": 500.0, "budget": 500.0},
    measure_id="churn",
    start=FIRST,
)


def test_two_initiatives_share_what_a_falling_measure_gained_by_their_expected_effects():
    found = listed(TWO_ON_CHURN)
    call, survey = found["Call back"], found["Survey"]
    assert (call["achieved"], survey["achieved"]) == (-4.5, -1.5)
    assert call["points"] == pytest.approx(37.5)
    assert survey["points"] == pytest.approx(12.5)
    assert call["money_per_point"] == pytest.approx(40.0)
    assert survey["money_per_point"] == pytest.approx(40.0)
    assert (call["burn"], survey["burn"]) == (0.75, 1.0)
    assert (call["expected"], survey["expected"]) == (-3.0, -1.0)


def test_one_initiative_has_all_that_a_rising_measure_gained():
    found = one(start=FIRST, spent=1000.0)
    assert found["achieved"] == 7.5
    assert found["points"] == pytest.approx(50 - 100 / 3)
    assert found["money_per_point"] == pytest.approx(60.0)


def test_the_names_around_an_initiative_are_those_of_its_measure():
    found = listed(TWO_ON_CHURN)["Survey"]
    assert (found["measure"], found["objective"]) == ("Churn", "Keep customers")
    assert found["perspective"] == "Customers"


def test_progress_as_method_gives_points_by_the_way_to_the_target():
    found = listed(TWO_ON_CHURN, method="progress")
    # From 15 to 8 six of seven are done: 85.7 points, three quarters of them for one.
    assert found["Call back"]["points"] == pytest.approx(600 / 7 * 0.75)


def test_parts_are_even_where_none_states_an_effect():
    found = listed(made({}, {}, {"expected_effect": 0.0}, start=FIRST))
    assert [row["achieved"] for row in found.values()] == [2.5, 2.5, 2.5]


def test_one_that_states_no_effect_gets_none_where_another_states_one():
    found = listed(made({"expected_effect": 2.0}, {}, start=FIRST, spent=10.0))
    assert [row["achieved"] for row in found.values()] == [7.5, 0.0]
    assert found["i1"]["money_per_point"] is DIV0


def test_signs_of_expected_effects_never_matter():
    found = listed(made({"expected_effect": 2.0}, {"expected_effect": -1.0}, start=FIRST))
    assert [row["achieved"] for row in found.values()] == [5.0, 2.5]


def test_a_measure_that_fell_back_gives_a_loss_and_no_money_per_point():
    worse = {**MEASURES, "actual": [9.0, 77.0, 7.0]}
    found = listed(made({"start": FIRST, "spent": 5.0}), measures=worse)["i0"]
    assert found["achieved"] == -3.0
    assert found["points"] == pytest.approx(-100 / 3 * 3 / 15)
    assert found["money_per_point"] is DIV0


def test_a_planned_one_achieved_nothing_and_takes_no_part():
    found = listed(made({"start": FIRST}, {"start": "2026-07-03", "expected_effect": 9.0}))
    assert [row["achieved"] for row in found.values()] == [7.5, 0.0]
    assert found["i1"]["points"] == 0.0


@pytest.mark.parametrize(
    ("row", "begun"),
    [
        ({"start": "2026-07-02"}, True),
        ({"start": "2026-07-03"}, False),
        ({"start": "2026-07-03", "spent": 5.0, "progress": 0.5}, False),
        ({"start": "2026-07-03", "progress": 1.0}, True),
        ({}, False),
        ({"spent": 0.0, "progress": 0.0}, False),
        ({"spent": 0.01}, True),
        ({"progress": 0.01}, True),
        ({"status": "running"}, True),
        ({"status": "done"}, True),
        ({"status": "planned", "spent": 5.0}, False),
        ({"start": FIRST, "status": "planned"}, False),
        ({"start": FIRST, "status": "planned", "progress": 0.1}, True),
        ({"start": FIRST, "status": "stopped"}, True),
        ({"start": "2026-07-03", "status": "stopped"}, False),
        ({"status": "stopped"}, False),
    ],
)
def test_which_have_begun(row, begun):
    assert one(**row)["achieved"] == (7.5 if begun else 0.0)


@pytest.mark.parametrize("column", ["actual", "baseline"])
def test_without_an_actual_or_a_baseline_nothing_is_known_but_of_planned_ones(column):
    blank = {**MEASURES, column: [9.0, None, 7.0]}
    rows = made({"start": FIRST, "spent": 5.0}, {"start": LAST, "spent": 5.0})
    first, planned = listed(rows, measures=blank).values()
    assert [first[name] for name in ("achieved", "points", "money_per_point")] == [NA, NA, NA]
    assert [planned[name] for name in ("achieved", "points")] == [0.0, 0.0]
    assert planned["money_per_point"] is DIV0


def test_a_measure_that_is_not_scored_gains_no_points_but_has_an_effect():
    bare = {**MEASURES, "red": [None] * 3, "baseline": [None, 80.0, None], "band_low": [None] * 3}
    found = listed(made({"start": FIRST, "spent": 1.0}), measures=bare, method="progress")["i0"]
    assert found["points"] == pytest.approx(50.0)  # from 80 half the way to 95
    none = {**bare, "measure": ["Churn", "Revenue", "Visits"], "target": [8.0, None, 10.0]}
    found = listed(made({"start": FIRST, "spent": 1.0}), measures=none)["i0"]
    assert found["achieved"] == 7.5
    assert (found["points"], found["money_per_point"]) == (NA, NA)


def test_period_chooses_what_measures_are_read_over():
    measures = {**MEASURES, "actual": [9.0, None, 7.0]}
    months = {
        "measure_id": ["revenue", "revenue"],
        "period": ["2026-05", "2026-06"],
        "actual": [85.0, 90.0],
    }
    table = made({"start": FIRST})
    for period, achieved in (("2026-05", 5.0), ("2026-06", 10.0)):
        found = listed(table, measures=measures, actuals=months, period=period)["i0"]
        assert found["achieved"] == achieved


# ── cost ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("spent", "budget", "burn"),
    [
        (30.0, 40.0, 0.75),
        (0.0, 40.0, 0.0),
        (50.0, 40.0, 1.25),
        (None, 40.0, NA),
        (30.0, None, NA),
        (None, None, NA),
        (30.0, 0.0, DIV0),
        (0.0, 0.0, DIV0),
        (None, 0.0, NA),
        (30.0, -40.0, NUM),
        (1e300, 1e-300, NUM),
    ],
)
def test_burn_is_spent_by_budget(spent, budget, burn):
    found = one(spent=spent, budget=budget)
    assert found["burn"] == burn
    assert type(found["burn"]) is (ExcelError if isinstance(burn, ExcelError) else float)


def test_money_per_point_is_not_known_where_spent_is_not():
    assert one(start=FIRST)["money_per_point"] is NA
    assert one(start=LAST)["money_per_point"] is NA


# ── time and status ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "due", "time"),
    [
        (FIRST, LAST, 0.5),
        ("2026-07-02", LAST, 0.0),
        ("2026-07-03", LAST, 0.0),
        (FIRST, "2026-07-02", 1.0),
        (FIRST, "2026-06-01", 1.0),
        ("2026-07-01", "2026-07-01", 1.0),
        ("2026-07-02", "2026-07-02", 0.0),
        (None, LAST, NA),
        (FIRST, None, NA),
        (None, None, NA),
    ],
)
def test_time_is_the_share_of_its_days_that_is_gone(start, due, time):
    found = one(start=start, due=due)
    assert found["time"] == time
    assert found["due"] == (due or "")


TIMES = [
    # Half the time is gone: progress may be a tenth behind.
    ({"start": FIRST, "due": LAST, "progress": 0.5}, "on time"),
    ({"start": FIRST, "due": LAST, "progress": 0.4}, "on time"),
    ({"start": FIRST, "due": LAST, "progress": 0.399}, "late"),
    ({"start": FIRST, "due": LAST, "progress": 0.0}, "late"),
    ({"start": FIRST, "due": LAST, "progress": None}, "on time"),
    ({"start": FIRST, "due": LAST, "progress": 1.0}, "done"),
    # 0.8 - 0.7 is a little more than 0.1 in binary numbers.
    ({"start": "2026-06-24", "due": "2026-07-04", "progress": 0.7}, "on time"),
    ({"start": FIRST, "due": "2026-07-02", "progress": 0.9}, "on time"),
    ({"start": FIRST, "due": "2026-07-02", "progress": 0.89}, "late"),
    ({"start": FIRST, "due": "2026-07-01", "progress": 0.99}, "late"),
    ({"start": FIRST, "due": "2026-07-01", "progress": None}, "late"),
    ({"start": FIRST, "due": "2026-07-01", "progress": 1.0}, "done"),
    ({"due": "2026-07-01"}, "late"),
    ({"due": "2026-07-02", "progress": 0.0}, "on time"),
    ({"start": "2026-07-02", "due": "2026-07-02", "progress": 0.0}, "on time"),
    ({"start": "2026-07-02", "due": LAST, "progress": 0.0}, "on time"),
    ({"start": "2026-07-03", "due": LAST, "progress": 0.0}, "planned"),
    ({"start": "2026-07-03"}, "planned"),
    ({"start": FIRST, "progress": 0.0}, "on time"),
    ({}, "on time"),
    # The words of its own status.
    ({"start": "2026-07-03", "status": "running"}, "planned"),
    ({"start": FIRST, "due": "2026-07-01", "status": "Done", "progress": 0.5}, "done"),
    ({"start": FIRST, "due": "2026-07-01", "status": "stopped"}, "stopped"),
    ({"progress": 1.0, "status": "stopped"}, "stopped"),
    ({"start": FIRST, "due": LAST, "progress": 0.0, "status": "planned"}, "planned"),
    ({"start": FIRST, "due": LAST, "progress": 0.1, "status": "planned"}, "late"),
    ({"start": FIRST, "due": "2026-07-01", "status": "planned"}, "late"),
    ({"status": "planned"}, "planned"),
    ({"start": FIRST, "due": LAST, "progress": 0.9, "status": "late"}, "late"),
    ({"progress": 1.0, "status": "late"}, "done"),
    ({"start": FIRST, "due": LAST, "progress": 0.9, "status": "phase 2"}, "on time"),
]


@pytest.mark.parametrize(("row", "status"), TIMES)
def test_the_status_at_its_borders(row, status):
    assert one(**row)["status"] == status


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("stopped", "STOPPED, Cancelled, on-hold, Abgebrochen, stopgezet, Annulé, en attente, "
                    "cancelada, Приостановлено"),
        ("done", "completed,  Done , erledigt, afgerond, terminée, TERMINE, finalizado, выполнено"),
        ("planned", "not started, Geplant, gepland, prévu, À faire, planificado, запланировано"),
        ("late", "Overdue, verspätet, te laat, en retard, retrasado, просрочено"),
    ],
)  # fmt: skip
def test_words_of_a_status_in_six_languages(status, words):
    found = listed(made(*({"status": word} for word in words.split(","))))
    assert {row["status"] for row in found.values()} == {status}


def test_what_may_lag_is_a_setting():
    table = made({"start": FIRST, "due": LAST, "progress": 0.3})
    for tolerance, status in ((0.1, "late"), (0.2, "on time"), (0.19, "late")):
        chosen = {"name": ["late_tolerance"], "value": [tolerance]}
        assert listed(table, settings=chosen)["i0"]["status"] == status


def test_moments_of_a_day_count_as_the_day():
    found = one(start="2026-07-02 17:30", due="2026-07-02 09:00")
    assert (found["status"], found["time"], found["due"]) == ("on time", 0.0, "2026-07-02")


def test_as_of_may_be_told_by_the_data():
    orders = {"order_id": ["o"], "account_id": ["a"], "date": ["2026-07-02"], "amount": [1.0]}
    table = made({"start": FIRST, "due": LAST})
    assert listed(table, as_of=None, orders=orders)["i0"]["time"] == 0.5


# ── the list ────────────────────────────────────────────────────────────────────────────────

MANY = made(
    {"name": "B", "measure_id": "churn", "owner": "Ann"},
    {"name": "D", "measure_id": "visits"},
    {"name": "C", "measure_id": "revenue", "owner": "Bob", "expected_effect": 2.0},
    {"name": "A", "measure_id": "revenue", "owner": "Ann", "expected_effect": 1.0},
    start=FIRST,
    spent=7.0,
)


def test_rows_stand_by_perspective_objective_measure_and_name():
    assert list(listed(MANY)) == ["A", "C", "D", "B"]


def test_initiatives_of_one_name_stand_by_their_ids():
    table = made({"spent": 1.0}, {"spent": 2.0}, {"spent": 3.0}, name="Same")
    table["initiative_id"] = ["b", "c", "a"]
    frame = initiatives(model_with(AS_OF, measures=MEASURES, initiatives=table))
    assert list(frame["spent"]) == [3.0, 1.0, 2.0]


def test_conditions_choose_what_is_listed_and_change_no_figure():
    everything = listed(MANY)
    assert list(listed(MANY, where="owner=Ann")) == ["A", "B"]
    for where in ("owner=Ann", "expected_effect>1", (("owner", "=", "Bob"),)):
        found = listed(MANY, where=where)
        assert found
        for name, row in found.items():
            told = [v for v in row.values() if v == v]
            assert told == [v for v in everything[name].values() if v == v]


def test_blank_rows_between_initiatives_change_nothing():
    header, *rows = [tuple(MANY), *zip(*MANY.values(), strict=True)]
    spaced = [header, rows[0], (None,) * len(header), *rows[1:]]
    cells = Range(canonical(spaced), Origin(name="initiatives"))
    tables = [
        table_of("initiatives", cells),
        *model_with(measures=MEASURES, objectives=OBJECTIVES).tables.values(),
    ]
    for where, names in (("", ["A", "C", "D", "B"]), ("owner=Ann", ["A", "B"])):
        assert list(initiatives(model_of(tables, AS_OF), where)["initiative"]) == names


def test_without_ids_the_names_tell_initiatives_apart():
    table = {name: cells for name, cells in MANY.items() if name != "initiative_id"}
    assert list(listed(table)) == ["A", "C", "D", "B"]


def test_one_without_a_name_goes_by_its_id_and_the_other_way_round():
    table = {**MANY, "initiative_id": ["x", "y", None, "z"], "name": ["B", None, "C", "A"]}
    assert list(listed(table)) == ["A", "C", "y", "B"]


def test_only_the_required_columns_give_a_list():
    (row,) = listed({"initiative_id": ["i"], "measure_id": ["revenue"], "name": ["Train"]}).values()
    assert (row["status"], row["due"], row["burn"]) == ("on time", "", NA)


# ── laws ────────────────────────────────────────────────────────────────────────────────────

_size = st.sampled_from([0.0, 0.1, 1 / 3, 3.0, 1e9, -2.5, 1e-300, 1e305, -1e305, 5e-324])
_rows = st.lists(
    st.fixed_dictionaries(
        {
            "measure_id": st.sampled_from(["churn", "revenue"]),
            "expected_effect": st.none() | _size,
            "start": st.sampled_from([None, FIRST, "2026-07-02", "2026-07-03"]),
            "due": st.sampled_from([None, "2026-07-03", LAST]),
            "spent": st.sampled_from([None, 0.0, 12.5]),
            "progress": st.sampled_from([None, 0.0, 0.3, 1.0]),
            "status": st.sampled_from([None, "planned", "done", "stopped", "running"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(rows=_rows)
def test_what_initiatives_achieved_adds_up_to_what_their_measure_gained(rows):
    begun = [{**row, "start": FIRST, "status": None} for row in rows]
    found = listed(made(*begun)).values()
    gains = {"Churn": (-6.0, 50.0), "Revenue": (7.5, 50 - 100 / 3)}
    for measure in {row["measure"] for row in found}:
        some = [row for row in found if row["measure"] == measure]
        effect, points = gains[measure]
        assert math.fsum(row["achieved"] for row in some) == pytest.approx(effect, rel=1e-14)
        assert math.fsum(row["points"] for row in some) == pytest.approx(points, rel=1e-13)
        assert all(0 <= row["achieved"] / effect <= 1 for row in some)


@settings(max_examples=12, deadline=None)
@given(rows=_rows, seed=st.integers(0, 99))
def test_the_order_of_rows_changes_no_bit(rows, seed):
    table = made(*rows)
    first, other = listed(table), listed(shuffled(table, seed))
    assert repr(list(first.values())) == repr(list(other.values()))


@settings(max_examples=12, deadline=None)
@given(rows=_rows, other=_rows)
def test_initiatives_of_another_measure_change_no_figure(rows, other):
    own = [{**row, "measure_id": "revenue"} for row in rows]
    others = [{**row, "measure_id": "churn"} for row in other]
    alone, beside = listed(made(*own)), listed(made(*own, *others))
    assert repr([beside[name] for name in alone]) == repr(list(alone.values()))


@settings(max_examples=12, deadline=None)
@given(rows=_rows)
def test_what_is_blank_makes_nothing_late_and_what_is_done_is_done(rows):
    changes = [{}, {"due": None}, {"start": None}, {"progress": None}, {"progress": 1.0}]
    found = listed(made(*({**row, **change} for change in changes for row in rows)))
    status = [found[f"i{k}"]["status"] for k in range(len(found))]
    before, *blanks, done = (status[k : k + len(rows)] for k in range(0, len(status), len(rows)))
    for after in blanks:
        newly = {b for a, b in zip(after, before, strict=True) if a == "late" != b}
        # What was to begin later, or was done, is looked at anew without that cell.
        assert newly <= {"planned", "done"}
    assert set(done) <= {"done", "stopped"}


# ── errors ──────────────────────────────────────────────────────────────────────────────────


def test_one_due_before_it_starts_is_refused_by_its_row():
    table = made({}, {"name": "Train", "start": "2026-05-02", "due": "2026-05-01"})
    with pytest.raises(OutOfDomain) as refused:
        listed(table)
    said = refused.value.message
    assert "initiatives, row 3" in said
    assert "Train is due 2026-05-01, before it starts 2026-05-02" in said


def test_a_measure_that_is_not_there_is_named_with_its_row_and_what_is_near():
    with pytest.raises(NotAvailable, match=r"row 3: no measure 'revenu'; did you mean 'revenue'"):
        listed(made({}, {"measure_id": "revenu"}))
    with pytest.raises(NotAvailable, match="row 2: no measure; fill it in"):
        listed(made({"measure_id": None}, {}))


def test_one_that_stands_twice_is_refused():
    with pytest.raises(WrongValue, match="initiatives, row 3: 'i0' stands twice"):
        listed(made({}, {"initiative_id": "i0"}))


def test_a_measure_that_stands_twice_is_refused():
    twice = {**MEASURES, "measure_id": ["churn", "revenue", "revenue"]}
    with pytest.raises(WrongValue, match="measures, row 4: 'revenue' stands twice"):
        listed(made({}), measures=twice)


def test_without_a_day_to_look_from_there_is_no_answer():
    with pytest.raises(NotAvailable, match="set as_of"):
        listed(made({}), as_of=None)


def test_without_initiatives_there_is_no_answer():
    with pytest.raises(NotAvailable, match="initiatives"):
        initiatives(model_with(AS_OF, measures=MEASURES, objectives=OBJECTIVES))


def test_conditions_that_none_meets_are_not_available():
    with pytest.raises(NotAvailable, match="none of the initiatives meets the conditions"):
        listed(MANY, where="spent>100")


@pytest.mark.parametrize("wrong", [{"method": "linaer"}, {"period": "2026-13"}])
def test_an_unknown_method_or_period_is_refused(wrong):
    with pytest.raises(WrongValue):
        listed(made({}), **wrong)


def test_a_gain_beyond_all_numbers_is_said_in_its_cell():
    huge = {**MEASURES, "baseline": [15.0, -1.7e308, None], "actual": [9.0, 1.7e308, 7.0]}
    found = listed(made({"start": FIRST}, {"start": LAST}), measures=huge)
    assert found["i0"]["achieved"] is NUM
    assert found["i1"]["achieved"] == 0.0
