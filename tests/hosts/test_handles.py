"""What handles stand for is kept while cells show it, and no longer."""

import gc
import weakref

from asking import Excel, deals

from xlcrm.cells import Origin, Range
from xlcrm.hosts.session import Place, Session


def table(session, amount, cell="B2", book="Book"):
    rows = Range(deals({"Amount": amount}), Origin(name="Deals"))
    return session.call("CRM_TABLE", ["deals", rows], at=Place(book, "Model", cell))[0][0]


def amount_of(session, handle):
    return session.call("CRM_KPI", [handle, "won_amount"])[0][0]


def test_a_cell_keeps_its_newest_table_and_the_one_before():
    session = Session()
    first, second, third = (table(session, amount) for amount in (1.0, 2.0, 3.0))
    assert amount_of(session, third) == 3.0
    assert amount_of(session, second) == 2.0
    assert len(session.handles.tables) == 2
    assert first not in (second, third)


def test_a_change_that_is_taken_back_finds_its_table_as_it_was():
    session = Session()
    first = table(session, 1.0)
    kept = next(iter(session.handles.tables.values()))
    table(session, 2.0)
    assert table(session, 1.0) == first
    assert session.handles.tables[kept.digest] is kept


def test_what_another_cell_or_book_shows_stays():
    session = Session()
    other = table(session, 1.0, book="Other")
    for amount in (1.0, 2.0, 3.0):
        table(session, amount)
    assert amount_of(session, other) == 1.0


def test_tables_and_models_that_no_cell_shows_are_let_go():
    session = Session()
    freed = []
    for amount in range(1, 30):
        handle = table(session, float(amount))
        model = session.call("CRM_MODEL", [((handle,),)], at=Place("Book", "Model", "B1"))[0][0]
        assert session.call("CRM_KPI", [model, "won_amount"], at=Place("Book", "A", "A1")) == [
            [float(amount)]
        ]
        freed.append(weakref.ref(session.handles.tables[handle[-16:]]))
    gc.collect()
    assert sum(one() is not None for one in freed) <= 3
    assert len(session.handles.models) == 2


def test_a_handle_that_was_let_go_says_what_to_do():
    excel = Excel()
    first = table(excel.session, 1.0)
    for amount in (2.0, 3.0):
        table(excel.session, amount)
    assert excel.refusal("CRM_KPI", first, "won_amount") == (
        "#N/A",
        "the data changed, press Refresh: this handle stands for no model",
    )
