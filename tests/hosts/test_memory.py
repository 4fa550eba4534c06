"""Answers are computed again when, and only when, something that they read has changed."""

import datetime as dt

import pytest
from asking import STAGES, Excel, deals

from xlcrm.analytics import figures
from xlcrm.analytics.pipeline.past import model_on
from xlcrm.analytics.scorecard.goals import goals
from xlcrm.analytics.scorecard.perspectives import perspectives
from xlcrm.cells import Origin, Range
from xlcrm.errors import NotAvailable
from xlcrm.hosts.memory import Memory
from xlcrm.model.model import model_of
from xlcrm.model.table import table_of


def model(amount=100.0, settings=(), **others):
    tables = {"deals": deals({"Amount": amount}), "stages": STAGES, **others}
    if settings:
        tables["settings"] = (("name", "value"), *settings)
    return model_of(table_of(kind, Range(list(rows))) for kind, rows in tables.items())


def computed(memory, of):
    """Ask for the amount won, and say whether it had to be computed."""
    calls = []

    def compute(seen):
        calls.append(1)
        return figures.kpi_value(seen, "won_amount")

    return memory.answer("won_amount", of, compute), bool(calls)


def test_equal_data_is_not_computed_again():
    memory = Memory()
    assert computed(memory, model()) == (100.0, True)
    assert computed(memory, model()) == (100.0, False)


def test_a_changed_table_is_computed_again_and_the_one_before_is_still_known():
    memory = Memory()
    computed(memory, model())
    assert computed(memory, model(amount=7.0)) == (7.0, True)
    assert computed(memory, model()) == (100.0, False)


def test_a_table_or_setting_that_is_not_read_changes_nothing():
    memory = Memory()
    computed(memory, model())
    products = (("Product", "List price"), ("A", 5.0))
    assert computed(memory, model(products=products)) == (100.0, False)
    assert computed(memory, model(settings=[("prior_strength", 3.0)])) == (100.0, False)


def test_a_setting_that_is_read_is_computed_again():
    memory = Memory()
    computed(memory, model())
    assert computed(memory, model(settings=[("errors", "skip"), ("decimal", ",")]))[1]


def test_what_a_fact_rests_on_is_noted_whoever_found_it():
    of = model()
    first, second = set(), set()
    for reads in (first, second):
        of.noting(reads).fact("half", lambda m: (m.settings["rho"], len(m.table("deals"))))
    assert first == second >= {("setting", "rho"), ("table", "deals")}


def test_a_change_that_leaves_the_day_leaves_answers_that_read_the_day_alone():
    memory, asked = Memory(), []

    def day(of):
        asked.append(1)
        return of.as_of

    assert memory.answer("day", model(), day) == memory.answer("day", model(amount=7.0), day)
    assert len(asked) == 1
    later = model_of([table_of("deals", Range(list(deals({"Closed on": 46_000.0}))))])
    assert memory.answer("day", later, day) == dt.date(2025, 12, 9)
    assert len(asked) == 2


def test_a_model_without_a_day_is_remembered_as_such():
    memory, empty = Memory(), model_of([table_of("stages", Range(list(STAGES)))])
    for _ in range(2):
        with pytest.raises(NotAvailable, match="no day"):
            memory.answer("day", empty, lambda of: of.as_of)


def test_aliases_are_always_read():
    memory = Memory()
    computed(memory, model())
    aliases = (("column", "found", "means"), ("owner", "Ann", "Anna"))
    assert computed(memory, model(aliases=aliases))[1]


def test_a_table_that_appears_where_it_was_missed_is_noticed():
    memory = Memory()
    orders = (("Order id", "Account", "Date", "Amount"), ("o1", "a1", 46_000.0, 5.0))
    for of, expected in ((model(), False), (model(orders=orders), True)):
        assert memory.answer("orders", of, lambda seen: "orders" in seen.tables) is expected


def test_two_sessions_never_see_each_others_tables():
    one, other = Excel(), Excel()
    handle = one.model(deals({"Amount": 5.0}))
    assert one.value("CRM_KPI", handle, "won_amount") == 5.0
    assert other.refusal("CRM_KPI", handle, "won_amount")[0] == "#N/A"


STRATEGY = {
    "objectives": (("objective_id", "objective", "perspective"), ("F", "Grow", "Finance"),
                   ("C", "Keep", "Customers")),
    "measures": (("measure_id", "objective_id", "measure", "red", "target", "actual"),
                 ("m1", "F", "Revenue", 0.0, 10.0, 10.0), ("m2", "C", "Churn", 0.0, 10.0, 0.0)),
}  # fmt: skip


def test_the_weights_of_perspectives_are_noted_by_every_function_of_the_scorecard():
    """Each finds the strategy read by the one before it, and is computed anew all the same."""
    memory = Memory()

    def totals(of):
        asked = {"perspectives": perspectives, "goals": goals}
        frames = {name: memory.answer(name, of, call) for name, call in asked.items()}
        return frames["perspectives"]["score"].iloc[-1], frames["goals"]["score"].iloc[0]

    third = 100 / 3
    assert totals(model(**STRATEGY)) == pytest.approx(((2 * 2 * third + third) / 3,) * 2)
    heavier = model(settings=[("weight_finance", 60.0)], **STRATEGY)
    assert totals(heavier) == pytest.approx(((3 * 2 * third + third) / 4,) * 2)


def test_a_model_of_a_past_day_notes_what_it_reads_for_whoever_asks():
    pictures = (("taken_on", "deal_id", "stage", "amount", "status"),
                (46_000.0, "d1", "Lead", 5.0, "open"))  # fmt: skip
    of = model(snapshots=pictures)
    first, second = set(), set()
    for reads in (first, second):
        then = model_on(of.noting(reads), dt.date(2025, 12, 20))
        assert then.settings["missing_amount"] == "leave out"
    assert ("setting", "missing_amount") in second


def test_rows_that_are_not_read_may_change_where_only_headers_were():
    memory, asked = Memory(), []

    def owner(of):
        asked.append(1)
        return of.column("deals", "owner")

    assert memory.answer("owner", model(), owner) == "owner"
    assert memory.answer("owner", model(amount=7.0), owner) == "owner"
    assert len(asked) == 1
    renamed = deals({"Amount": 1.0, "Remark": "x"})
    other = model_of([table_of("deals", Range(list(renamed)))])
    memory.answer("owner", other, owner)
    assert len(asked) == 2


def test_an_answer_that_names_the_tables_there_are_is_renewed_when_one_joins():
    memory = Memory()
    orders = (("Order id", "Account", "Date", "Amount"), ("o1", "a1", 46_000.0, 5.0))
    first = memory.answer("kinds", model(), lambda of: sorted(of.tables))
    assert first == ["deals", "stages"]
    assert memory.answer("kinds", model(orders=orders), lambda of: sorted(of.tables)) == [
        "deals", "orders", "stages"
    ]  # fmt: skip


def test_a_column_that_is_not_read_may_change():
    memory = Memory()
    assert computed(memory, model()) == (100.0, True)
    stages = (STAGES[0], (*STAGES[1][:2], 0.2), *STAGES[2:])
    with_reason = {"deals": deals({"Amount": 100.0, "Lost reason": "price"})}
    assert computed(memory, model(stages=stages)) == (100.0, False)
    first = model_of([table_of("deals", Range(list(with_reason["deals"])))])
    other = deals({"Amount": 100.0, "Lost reason": "time"})
    second = model_of([table_of("deals", Range(list(other)))])
    computed(memory, first)
    assert first.digest != second.digest
    assert computed(memory, second) == (100.0, False)


def test_a_status_that_the_stage_tells_changes_with_the_stage():
    memory = Memory()
    for stage, amount in (("Won", 100.0), ("Lead", 0.0)):
        rows = deals({"Amount": 100.0, "Status": None, "Stage": stage})
        of = model_of([table_of("deals", Range(list(rows)))])
        assert computed(memory, of) == (amount, True)


def test_rows_that_move_on_the_sheet_are_read_again():
    """Answers may name rows of the sheet."""
    memory = Memory()
    for row in (1, 5):
        at = Origin(name="Deals", sheet="Data", row=row)
        of = model_of([table_of("deals", Range(list(deals({"Amount": 100.0})), at))])
        assert computed(memory, of) == (100.0, True)
