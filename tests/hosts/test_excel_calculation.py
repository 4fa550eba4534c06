"""CRM formulas under Excel's way of calculating: early, again and again, from several books."""

from collections import Counter

import pytest
import xlsxwriter
from asking import STAGES, deals
from com_asking import served
from excel_calculating import NA, Area, Excel, Formula
from excel_in_memory import ExcelInMemory

from xlcrm.functions import catalogue
from xlcrm.hosts import session as sessions
from xlcrm.hosts.vba import module_text
from xlcrm.model.table import of_cells


@pytest.fixture
def done(monkeypatch):
    """What was truly computed, by function, and which columns were typed, by name."""
    computed, typed = Counter(), Counter()
    rows, read = sessions.Session._rows, of_cells.typed

    def counted(self, function, values, model):
        computed[function.name] += 1
        return rows(self, function, values, model)

    def typing(name, *given):
        typed[name] += 1
        return read(name, *given)

    monkeypatch.setattr(sessions.Session, "_rows", counted)
    monkeypatch.setattr(of_cells, "typed", typing)
    return computed, typed


MODEL = Area("Model", "B2")


def sample(excel, name="Book1.xlsm", amounts=(100.0, 7.0)):
    """A book whose formulas were entered before what they rest on, and so are called early."""
    book = excel.open(name)
    rows = deals(*({"Amount": amount} for amount in amounts))
    amount = "ABCDEFGH"[rows[0].index("Amount")]
    table = book.fill("Deals", "A1", rows)
    stages = book.fill("Stages", "A1", STAGES)
    book.enter("Prices", "A1", amounts[0])
    book.enter("Model", "B4", Formula("CRM_TABLE", ("deals", table)))
    book.enter("Model", "B5", Formula("CRM_TABLE", ("stages", stages)))
    book.enter("Model", "B2", Formula("CRM_MODEL", (Area("Model", "B4:B5"),)))
    book.enter("Cockpit", "A1", Formula("CRM_KPI", (MODEL, "won_amount")))
    book.enter("Cockpit", "A2", Formula("CRM_KPI", (MODEL, "won_amount", "owner")))
    book.enter("Cockpit", "A9", Formula("CRM_STAGE_RATES", (MODEL,)))
    book.enter("Cockpit", "C1", Formula("CRM_KPI", (MODEL, "nonsense")))
    book.enter("Cockpit", "C2", Formula("CRM_ERROR", (Area("Cockpit", "C1"),)))
    book.enter("Cockpit", "C3", Formula("CRM_EXPLAIN", (Area("Cockpit", "A1"),)))
    # The first deal's amount comes of another cell, by a formula that is entered last of all.
    book.enter("Deals", f"{amount}2", Formula(lambda price: price, (Area("Prices", "A1"),)))
    for place in list(book.formulas()):  # Excel begins with what was entered last
        if place[0] != "Cockpit":
            book.contents = {place: book.contents.pop(place), **book.contents}
    return book


def won(book):
    return book.shown("Cockpit", "A1")


@pytest.mark.parametrize("uncalculated", ["empty", "stale"])
def test_functions_called_too_early_come_to_the_same_in_the_end(com, uncalculated):
    with served(com) as (server, _):
        excel = Excel(server, uncalculated)
        book = sample(excel)
        book.calculate()
        assert won(book) == [[107.0]]
        assert "nonsense" in book.shown("Cockpit", "C2")[0][0]
        for price in (1.0, 100.0, 3.0):
            book.enter("Prices", "A1", price)
            book.calculate()
            assert won(book) == [[price + 7.0]]
        edited = book.everything_shown()
    with served(com) as (server, _):
        fresh = sample(Excel(server), amounts=(3.0, 7.0))
        fresh.calculate()
    assert edited == fresh.everything_shown()


def test_a_function_whose_precedents_wait_is_not_sent_to_python(server):
    excel = Excel(server)
    sample(excel).calculate()
    asked = Counter(f"{sheet}!{address}" for _, sheet, address in excel.calls)
    once = {"Model!B2", "Model!B4", "Model!B5", "Cockpit!A1", "Cockpit!A2", "Cockpit!A9"}
    assert {place: asked[place] for place in once} == dict.fromkeys(once, 1)


def test_what_did_not_change_is_neither_computed_nor_typed_again(server, done):
    computed, typed = done
    excel = Excel(server)
    book = sample(excel)
    book.calculate()
    first, columns = computed.copy(), typed.copy()
    assert (first["CRM_KPI"], first["CRM_STAGE_RATES"]) == (3, 1)
    assert columns["amount"] == 1
    asked = len(excel.calls)
    for _ in range(3):
        book.enter("Stages", "A2", "Lead")  # touched, not changed: every dependent is called
        book.calculate()
    assert len(excel.calls) > asked + 3 * 5
    assert (computed["CRM_KPI"], computed["CRM_STAGE_RATES"]) == (3, 1)
    assert typed == columns


def test_an_edit_computes_what_reads_the_table_and_a_change_taken_back_nothing(server, done):
    computed, typed = done
    book = sample(Excel(server))
    book.calculate()
    book.enter("Stages", "C2", 0.2)
    book.calculate()
    assert computed["CRM_KPI"] == 3  # the amount won reads no stages
    before, columns = computed.copy(), typed.copy()
    book.enter("Stages", "C2", 0.1)
    book.calculate()
    again = computed - before
    assert set(again) <= {"CRM_TABLE", "CRM_MODEL", "CRM_ERROR", "CRM_EXPLAIN"}
    assert typed == columns
    for price in (5.0, 100.0, 6.0, 100.0):
        book.enter("Prices", "A1", price)
        book.calculate()
        assert won(book) == [[price + 7.0]]
    assert typed["amount"] - columns["amount"] == 2  # for 5 and for 6


def test_two_books_alike_in_every_name_keep_to_their_own_data(server):
    excel = Excel(server)
    one, two = sample(excel, "One.xlsm"), sample(excel, "Two.xlsm", (1_000.0, 3.0))
    for book in (one, two, one):
        book.calculate_all()
    assert (won(one), won(two)) == ([[107.0]], [[1_003.0]])
    for price in (1.0, 2.0, 3.0):
        one.enter("Prices", "A1", price)
        two.enter("Prices", "A1", -price)
        two.calculate()
        one.calculate()
        assert (won(one), won(two)) == ([[price + 7.0]], [[3.0 - price]])


def test_a_book_of_the_same_name_opened_after_another_was_closed_sees_its_own(server):
    excel = Excel(server)
    first = sample(excel)
    first.calculate()
    excel.close(first)
    second = sample(excel, amounts=(2.0, 3.0))
    second.calculate()
    assert won(second) == [[5.0]]
    again = sample(excel)
    again.calculate()
    assert again.everything_shown() == first.everything_shown()


def test_handles_and_reasons_outlive_a_save_as(server, done):
    excel = Excel(server)
    book = sample(excel)
    book.calculate()
    before, computed = book.everything_shown(), done[0].copy()
    excel.save_as(book, "Copy of Book1.xlsm")
    book.calculate_all()
    assert book.everything_shown() == before
    assert set(done[0] - computed) <= {"CRM_TABLE", "CRM_MODEL", "CRM_ERROR", "CRM_EXPLAIN"}


def test_a_reason_asked_for_right_after_a_save_as_is_found(server):
    excel = Excel(server)
    book = sample(excel)
    book.calculate()
    excel.save_as(book, "Copy of Book1.xlsm")
    book.enter("Cockpit", "D9", Formula("CRM_ERROR", (Area("Cockpit", "C1"),)))
    book.calculate()
    assert book.shown("Cockpit", "D9") == book.shown("Cockpit", "C2")


def test_a_book_that_is_removed_leaves_the_others_as_they_are(server):
    excel = Excel(server)
    one, two = sample(excel, "One.xlsm"), sample(excel, "Two.xlsm")  # equal data, equal handles
    for book in (one, two):
        book.calculate()
    excel.close(one)
    for price in (1.0, 2.0, 3.0):
        two.enter("Prices", "A1", price)
        two.calculate()
        assert won(two) == [[price + 7.0]]
    two.enter("Prices", "A1", 100.0)
    two.calculate()
    assert two.everything_shown() == one.everything_shown()


def test_an_error_cell_in_the_data_comes_and_goes(server):
    book = sample(Excel(server))
    for price, expected in ((NA, [[NA]]), (1.0, [[8.0]]), (NA, [[NA]])):
        book.enter("Prices", "A1", price)
        book.calculate()
        assert won(book) == expected


def test_a_reason_names_the_row_in_which_the_table_stands_now(server):
    """Rows are put in above a Table: its content and handle stay, its place does not."""
    book = Excel(server).open("Book1.xlsm")
    rows = deals({"Amount": 1.0}, {"Amount": "much"})
    for top, row in ((1, 3), (5, 7)):
        table = book.fill("Deals", f"A{top}", rows)
        book.enter("Model", "B4", Formula("CRM_TABLE", ("deals", table)))
        book.enter("Model", "B2", Formula("CRM_MODEL", (Area("Model", "B4"),)))
        book.enter("Cockpit", "A1", Formula("CRM_KPI", (MODEL, "won_amount")))
        book.enter("Cockpit", "C2", Formula("CRM_ERROR", (Area("Cockpit", "A1"),)))
        book.calculate()
        assert f"row {row}:" in book.shown("Cockpit", "C2")[0][0]


def test_equal_tables_of_two_books_are_explained_under_their_own_names(server):
    excel, named = Excel(server), {}
    for name in ("One.xlsm", "Two.xlsm"):
        book = excel.open(name)
        table = book.fill(name[:3], "A1", deals({}, {}))
        book.enter("Model", "B4", Formula("CRM_TABLE", ("deals", table)))
        book.enter("Cockpit", "A1", Formula("CRM_KPI", (Area("Model", "B4"), "won_amount")))
        book.enter("Cockpit", "C3", Formula("CRM_EXPLAIN", (Area("Cockpit", "A1"),)))
        book.calculate()
        named[name] = dict(book.shown("Cockpit", "C3"))["table"]
    assert named == {"One.xlsm": "One: 2 rows", "Two.xlsm": "Two: 2 rows"}


def test_a_cell_that_became_a_constant_has_no_reason_any_more(server):
    book = sample(Excel(server))
    book.enter("Cockpit", "C5", Formula("CRM_KPI", (MODEL, "nonsense")))
    book.enter("Cockpit", "C6", Formula("CRM_ERROR", (Area("Cockpit", "C5"),)))
    book.calculate()
    assert "nonsense" in book.shown("Cockpit", "C6")[0][0]
    book.enter("Cockpit", "C5", 3.0)
    book.calculate()
    assert book.shown("Cockpit", "C6") == [[NA]]


def test_books_that_have_not_asked_for_long_are_forgotten(com):
    with served(com) as (server, session):
        books = [sample(Excel(server), f"Book{n}.xlsm") for n in range(12)]
        for number, book in enumerate(books):
            book.enter("Prices", "A1", float(number))
            book.calculate()
        assert {place.book for place in session.calls} == {f"Book{n}.xlsm" for n in range(4, 12)}
        assert len(session.handles.models) <= 2 * sessions.MOST_BOOKS
        assert won(books[0]) == [[7.0]]
        books[0].enter("Prices", "A1", 5.0)
        books[0].calculate()  # an idle book is had again
        assert won(books[0]) == [[12.0]]


# ── the same through the generated VBA ──────────────────────────────────────────────────────

FORMULAS = {
    "Cockpit!J1": "=CRM_ERROR(Cockpit!H10)",
    "Cockpit!H10": '=CRM_KPI(Model!B2,"nonsense")',
    "Cockpit!H9": '=CRM_KPI(Model!B2,"won_amount")',
    "Model!B2": "=CRM_MODEL(B4:B5)",
    "Model!B5": '=CRM_TABLE("stages",Stages[#All])',
    "Model!B4": '=CRM_TABLE("deals",Deals[#All])',
}
"""Formulas before what they rest on, but for the Tables."""


def test_the_module_waits_for_precedents_as_the_stand_in_does(server, tmp_path, monkeypatch):
    crossed, real = [], server.CallUDF

    def crossing(_, name, sent):
        crossed.append((name, sent[1:]))
        return real(_, name, sent)

    monkeypatch.setattr(server, "CallUDF", crossing, raising=False)
    path = tmp_path / "Book1.xlsm"
    with xlsxwriter.Workbook(path, {"in_memory": True}) as made:
        for name in ("Cockpit", "Model"):
            made.add_worksheet(name)
        for name, cells in {"Deals": deals({"Amount": 100.0}, {"Amount": 7.0}),
                            "Stages": STAGES}.items():  # fmt: skip
            columns = [{"header": header} for header in cells[0]]
            made.add_worksheet(name).add_table(
                0, 0, len(cells) - 1, len(cells[0]) - 1,
                {"name": name, "columns": columns, "data": cells[1:]},
            )  # fmt: skip
    functions = [catalogue()[name] for name in ("CRM_TABLE", "CRM_MODEL", "CRM_KPI", "CRM_ERROR")]
    opened = ExcelInMemory(path, module_text(functions), server)
    for cell, formula in FORMULAS.items():
        opened.show(cell, formula)
        opened.uncalculated(cell)
    for cell in ("Cockpit!H10", "Cockpit!H9", "Model!B2"):
        assert opened.calculate(cell) == "error 2042"
        opened.uncalculated(cell)
    assert crossed == []
    shown = {cell: opened.calculate(cell) for cell in reversed(FORMULAS)}
    stand_in = sample(Excel(server))
    stand_in.calculate()
    assert shown["Cockpit!H9"] == won(stand_in)[0][0]
    assert shown["Cockpit!J1"] == stand_in.shown("Cockpit", "C2")[0][0]
    assert shown["Model!B4"] == stand_in.shown("Model", "B4")[0][0]
    by_module, by_stand_in = crossed[: len(FORMULAS)], crossed[len(FORMULAS) :]
    tables_and_model = [call for call in by_module if call[0] in ("CRM_TABLE", "CRM_MODEL")]
    assert len(tables_and_model) == 3
    assert all(call in by_stand_in for call in tables_and_model)
