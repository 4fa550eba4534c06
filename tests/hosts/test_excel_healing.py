"""Handles after a restart, the setting live, and the button Refresh, through the generated VBA."""

import re

import pytest
import xlsxwriter
from asking import STAGES, deals
from excel_in_memory import ExcelInMemory

from xlcrm.functions import catalogue
from xlcrm.hosts import excel
from xlcrm.hosts.session import Session
from xlcrm.hosts.vba import module_text

ASKED = ("CRM_TABLE", "CRM_MODEL", "CRM_CHECKS", "CRM_KPI", "CRM_EXPLAIN", "CRM_ERROR")
DEALS = deals({"Amount": 100.0}, {"Amount": 7.0})
AMOUNT = DEALS[0].index("Amount")
SETTINGS = (("name", "value"), ("live", "on"))
FORMULAS = {
    "Model!B4": '=CRM_TABLE("deals",Deals[#All])',
    "Model!B5": '=CRM_TABLE("stages",Stages[#All])',
    "Model!B6": '=CRM_TABLE("settings",Settings[#All])',
    "Model!B2": "=CRM_MODEL(B4:B6)",
    "Cockpit!H9": '=CRM_KPI(Model!B2,"won_amount")',
    "Cockpit!H10": '=CRM_KPI(Model!B2,"nonsense")',
    "Cockpit!J1": "=CRM_ERROR(H10)",
}


class Sessions:
    """The session of the server that runs now; a restart has a new one."""

    def __init__(self):
        self.restart()

    def restart(self):
        self.now = Session()

    def call(self, name):
        return [call for call in self.now.calls.values() if call.function.name == name]


@pytest.fixture
def sessions(monkeypatch):
    made = Sessions()
    monkeypatch.setattr(excel, "session", lambda: made.now)
    return made


@pytest.fixture
def book(com, sessions, tmp_path):  # noqa: ARG001 - the sessions stand behind the server
    """A book as it was saved: Tables, handles, one figure and one error."""
    path = tmp_path / "Book1.xlsm"
    with xlsxwriter.Workbook(path, {"in_memory": True}) as made:
        for name in ("Cockpit", "Model"):
            made.add_worksheet(name)
        for name, rows in {"Deals": DEALS, "Stages": STAGES, "Settings": SETTINGS}.items():
            sheet = made.add_worksheet(name)
            columns = [{"header": header} for header in rows[0]]
            options = {"name": name, "columns": columns, "data": rows[1:]}
            sheet.add_table(0, 0, len(rows) - 1, len(rows[0]) - 1, options)
    functions = [catalogue()[name] for name in ASKED]
    opened = ExcelInMemory(path, module_text(functions), com.XLPython())
    for cell, formula in FORMULAS.items():
        opened.show(cell, formula)
        opened.calculate(cell)
    return opened


def shown(book, cell):
    return book.range(cell).vba_get("Value", [])


def edit(book, amount):
    book.range("Deals!A1").sheet.cell(2, AMOUNT + 1).value = amount


def test_the_book_shows_figures_and_errors(book):
    assert shown(book, "Cockpit!H9") == 107.0
    assert re.fullmatch(r"model: 3 tables #[0-9a-f]{16}", shown(book, "Model!B2"))
    assert "nonsense" in shown(book, "Cockpit!J1")


def test_after_a_restart_one_cell_brings_model_and_tables_back(book, sessions):
    sessions.restart()
    assert book.calculate("Cockpit!H9") == 107.0
    assert len(sessions.now.handles.tables) == 3
    assert {str(place) for place in sessions.now.calls} == {
        "Cockpit!H9", "Model!B2", "Model!B4", "Model!B5", "Model!B6"
    }  # fmt: skip


def test_only_what_was_lost_is_read_again(book, sessions):
    sessions.restart()
    book.calculate("Model!B4")
    (known,) = sessions.now.handles.tables.values()
    book.calculate("Cockpit!H9")
    assert any(table is known for table in sessions.now.handles.tables.values())
    (model,) = sessions.call("CRM_MODEL")
    assert model.error is None


def test_a_handle_whose_table_has_other_data_now_is_not_available(book, sessions):
    sessions.restart()
    edit(book, 5.0)
    assert book.calculate("Cockpit!H9") == "error 2042"
    book.caller = "Cockpit!J2"
    sentence = book.ask("CRM_ERROR", book.range("Cockpit!H9"))
    assert sentence == "the data changed, press Refresh: this handle stands for no model"


def test_the_button_refresh_reads_the_tables_again(book, sessions):
    sessions.restart()
    edit(book, 5.0)
    book.calculate("Cockpit!H9")
    book.ask("XlcrmRefresh")
    book.calculate("Model!B2")  # Excel calculates what depends on the marked cells
    assert book.calculate("Cockpit!H9") == 12.0


def test_refresh_marks_the_cells_of_tables_and_no_others(book, monkeypatch):
    marked = []
    monkeypatch.setattr(book, "recalculate", lambda: marked.extend(book.dirty))
    book.ask("XlcrmRefresh")
    assert sorted(marked) == ["Model!B4", "Model!B5", "Model!B6"]


def test_a_handle_from_no_cell_is_not_available_after_a_restart(book, sessions):
    handle = shown(book, "Model!B2")
    sessions.restart()
    assert book.ask("CRM_KPI", handle, "won_amount") == "error 2042"


def test_a_cell_that_this_process_never_answered_is_asked_about(book, sessions):
    sessions.restart()
    book.caller = "Cockpit!J2"
    assert "nonsense" in book.ask("CRM_ERROR", book.range("Cockpit!H10"))
    explained = book.ask("CRM_EXPLAIN", book.range("Cockpit!H9"))
    assert ["rows counted: deals won", 2.0] in explained


def test_a_cell_without_a_crm_function_is_not_evaluated(book, sessions):
    sessions.restart()
    book.show("Cockpit!A1", "=1/0", 5.0)
    assert book.ask("CRM_ERROR", book.range("Cockpit!A1")) == "error 2042"
    assert {str(place) for place in sessions.now.calls} == {"Cockpit!H9"}


def set_live(book, word):
    book.range("Settings!A1").sheet.cell(2, 2).value = word
    book.calculate("Model!B6")


def test_with_live_refresh_an_edit_waits_for_the_button(book, sessions):
    set_live(book, "refresh")
    before = shown(book, "Model!B4")
    edit(book, 5.0)
    asked = len(sessions.now.calls)
    assert book.calculate("Model!B4") == before
    assert len(sessions.now.calls) == asked
    book.ask("XlcrmRefresh")
    book.calculate("Model!B2")
    assert shown(book, "Model!B4") != before
    assert book.calculate("Cockpit!H9") == 12.0


def test_with_live_refresh_a_table_without_a_handle_is_read(book):
    set_live(book, "refresh")
    book.show("Model!B4", FORMULAS["Model!B4"], "")
    assert book.calculate("Model!B4").startswith("deals: 2 rows")
