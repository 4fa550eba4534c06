"""What is remembered has an end, and covers answers that are errors."""

import gc
import weakref

import pytest
from asking import STAGES, deals

from xlcrm.analytics import figures
from xlcrm.cells import Origin, Range
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable
from xlcrm.hosts import memory as memories
from xlcrm.hosts.memory import Memory
from xlcrm.model.model import model_of
from xlcrm.model.table import table_of


def model(amount=100.0, row=1, blanks=()):
    cells = [*deals({"Amount": amount}), *blanks, *deals({"Deal id": "d2"})[1:]]
    origin = Origin("Deals", "Data", row)
    return model_of([table_of("deals", Range(cells, origin)),
                     table_of("stages", Range(list(STAGES)))])  # fmt: skip


def asked(memory, key="key", of=None, answer=1.0):
    """Whether an answer had to be computed."""
    calls = []

    def compute(seen):
        calls.append(1)
        if of is not None:
            figures.kpi_value(seen, "won_amount")
        return answer

    assert memory.answer(key, of, compute) == answer
    return bool(calls)


def test_of_two_answers_the_one_asked_for_last_stays():
    memory = Memory()
    for amount in (1.0, 2.0, 1.0, 3.0):
        asked(memory, of=model(amount))
    assert not asked(memory, of=model(1.0))
    assert asked(memory, of=model(2.0))


def test_calls_that_nobody_makes_any_more_are_dropped(monkeypatch):
    monkeypatch.setattr(memories, "MOST_CALLS", 3)
    memory = Memory()
    assert all(asked(memory, key) for key in "abc")
    assert not asked(memory, "a")
    assert asked(memory, "d")
    assert not any(asked(memory, key) for key in "acd")
    assert asked(memory, "b")


def test_large_answers_are_dropped_sooner(monkeypatch):
    monkeypatch.setattr(memories, "MOST_CELLS", 10)
    memory = Memory()
    for key in "abc":
        asked(memory, key, answer=[[1.0, 2.0]] * 2)
    assert not asked(memory, "c", answer=[[1.0, 2.0]] * 2)
    assert asked(memory, "a", answer=[[1.0, 2.0]] * 2)
    asked(memory, "huge", answer=[[1.0, 2.0]] * 50)
    assert not asked(memory, "huge", answer=[[1.0, 2.0]] * 50)
    assert asked(memory, "c", answer=[[1.0, 2.0]] * 2)


def refused(memory, of, error):
    calls = []

    def compute(seen):
        calls.append(1)
        figures.kpi_value(seen, "won_amount")
        raise error

    with pytest.raises(type(error)) as caught:
        memory.answer("key", of, compute)
    assert (caught.value.message, caught.value.code) == (error.message, error.code)
    return bool(calls)


@pytest.mark.parametrize(
    "error", [NotAvailable("no stages"), ErrorInData(ExcelError.NUM, "Data!C4 is #NUM!")]
)
def test_that_there_is_no_answer_is_remembered_with_its_reason(error):
    memory = Memory()
    assert refused(memory, model(), error)
    assert not refused(memory, model(), error)
    assert refused(memory, model(7.0), error)


def test_a_reason_that_is_remembered_holds_on_to_no_table():
    memory, of = Memory(), model()
    refused(memory, of, NotAvailable("no stages"))
    freed = weakref.ref(of.tables["deals"])
    del of
    gc.collect()
    assert freed() is None


def test_rows_that_moved_are_read_again_for_answers_that_name_them():
    memory = Memory()
    asked(memory, of=model())
    assert not asked(memory, of=model())
    assert asked(memory, of=model(row=5))
    blank = (None,) * len(deals({})[0])
    assert asked(memory, of=model(blanks=[blank]))
