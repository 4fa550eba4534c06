import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from com_stubs import a_function
from excel_in_memory import ExcelInMemory

from xlcrm.cells import Origin, Range, canonical
from xlcrm.errors import ExcelError
from xlcrm.functions import Call
from xlcrm.hosts import excel
from xlcrm.hosts.session import MISSING, Place
from xlcrm.hosts.vba import HOST, module_text

MISSING_IN_COM = -2147352572
NA, DIV0 = -2146826246, -2146826281
HERE = ("Book1.xlsm", "Cockpit", "B2")

FUNCTIONS = [
    a_function(
        "CRM_KPI", "Figures", model="Model", kpi="str", by=("str", ""), level=("float", 0.9)
    ),
    a_function("CRM_TABLE", kind="str", rows="Range"),
    a_function("CRM_MODEL", handles="tuple[Table, ...]", as_of=("float | None", None)),
    a_function("CRM_ERROR", "Help", asked="Asked"),
    a_function("CRM_VERSION", "Help"),
]


class FakeSession:
    """A session that keeps what it was asked and gives the answer it was told."""

    def __init__(self):
        self.asked = []
        self.answer = [[1.5]]

    def answered(self, name, arguments, at=None):
        self.asked.append((name, arguments, at))
        if isinstance(self.answer, Exception):
            raise self.answer
        return Call(next(f for f in FUNCTIONS if f.name == name), ()), self.answer


@pytest.fixture
def session(monkeypatch):
    fake = FakeSession()
    monkeypatch.setattr(excel, "session", lambda: fake)
    return fake


@pytest.fixture
def call(com, session, monkeypatch):  # noqa: ARG001 - the session stands behind it
    """Call a function through xlwings' own server, with arguments as COM hands them over."""
    monkeypatch.setattr(excel, "catalogue", lambda: {f.name: f for f in FUNCTIONS})
    server = com.XLPython()
    yield lambda name, *sent, at=HERE: server.CallUDF(HOST, name, (at, *sent))
    for function in FUNCTIONS:
        vars(excel).pop(function.name, None)


# ── xlwings' server and the adapters ────────────────────────────────────────────────────────


def test_a_call_reaches_the_session_with_the_place_of_the_asking_cell(call, session):
    assert call("CRM_KPI", "model: 3 tables #a81b07", "win_rate", "owner", 0.8) == 1.5
    arguments = ["model: 3 tables #a81b07", "win_rate", "owner", 0.8]
    assert session.asked == [("CRM_KPI", arguments, Place(*HERE))]


def test_a_function_without_arguments_is_called(call, session):
    assert call("CRM_VERSION") == 1.5
    assert session.asked == [("CRM_VERSION", [], Place(*HERE))]


def test_an_argument_left_out_or_skipped_is_missing_not_blank(call, session):
    call("CRM_KPI", MISSING_IN_COM, None, MISSING_IN_COM, 0.0)
    excel.adapter(FUNCTIONS[0])(HERE, MISSING_IN_COM, None, MISSING_IN_COM, 0.0)
    assert session.asked[0] == session.asked[1]
    assert session.asked[0][1] == [MISSING, None, MISSING, 0.0]


def test_cells_cross_xlwings_unchanged(call, session):
    stamp = datetime(2026, 3, 4, tzinfo=UTC)
    block = (("a", 1.0, None, True), (NA, Decimal("12.34"), stamp, ""))
    call("CRM_KPI", block, "x")
    assert session.asked[0][1][0] is block


def test_a_table_comes_with_its_origin(call, session):
    block = (("id", "amount"), ("d1", NA), ("d2", Decimal("12.34")), (None, None))
    call("CRM_TABLE", "deals", (block, "Deals", "Data", 3, 2, True))
    rows = session.asked[0][1][1]
    assert rows == Range(list(block), Origin("Deals", "Data", 3, 2, 1904))
    assert rows.origin.cell(1, 1) == "Data!C4"
    assert canonical(rows.rows)[1:3] == [("d1", ExcelError.NA), ("d2", 12.34)]


@pytest.mark.parametrize(
    ("sent", "rows"),
    [
        ((1.0, "B2", "Data", 2, 2, False), [(1.0,)]),
        ((("id", "amount"), "", "", 1, 1, False), [("id", "amount")]),
        (((("id",), (1.0,)), "", "", 1, 1, False), [("id",), (1.0,)]),
        ("text", [("text",)]),
        (NA, [(ExcelError.NA,)]),
        (None, [(None,)]),
    ],
)
def test_a_table_may_be_one_cell_or_an_array(call, session, sent, rows):
    call("CRM_TABLE", "deals", sent)
    assert canonical(session.asked[0][1][1].rows) == rows


def test_a_cell_is_handed_over_as_its_place(call, session):
    call("CRM_ERROR", ("Book1.xlsm", "Cockpit", "D7", True))
    assert session.asked[0][1] == [Place("Book1.xlsm", "Cockpit", "D7")]


@pytest.mark.parametrize("sent", ["D7", 1.0, None])
def test_what_is_no_cell_is_handed_over_as_it_is(call, session, sent):
    call("CRM_ERROR", sent)
    assert session.asked[0][1] == [sent]


def test_a_call_from_no_cell_has_no_place(call, session):
    call("CRM_VERSION", at=("", "", ""))
    assert session.asked == [("CRM_VERSION", [], None)]


def test_rows_come_back_as_lists_with_errors_as_integers(call, session):
    session.answer = [["owner", "rate"], ["Ann", 0.5], ["Bob", DIV0], ["", True]]
    answer = call("CRM_KPI", "m", "x")
    assert answer is session.answer  # a tuple would be read as several results by COM


@pytest.mark.parametrize("answer", [[[NA]], [[""]], [["text"]], [[False]]])
def test_one_cell_comes_back_as_a_scalar(call, session, answer):
    session.answer = answer
    assert call("CRM_KPI", "m", "x") == answer[0][0]


def test_an_unknown_function_is_an_error_of_the_server(call):
    with pytest.raises(AttributeError, match="CRM_NOTHING"):
        call("CRM_NOTHING")


def test_xlwings_is_told_to_convert_nothing(call):
    call("CRM_KPI", "m", "x")
    told = excel.CRM_KPI.__xlfunc__
    assert [argument["options"] for argument in told["args"]] == [{"convert": "raw"}] * 5
    assert told["ret"]["options"] == {"convert": "raw"}
    assert (told["async_mode"], told["call_in_wizard"], told["volatile"]) == (None, True, False)


def test_the_process_has_one_session():
    assert excel.session() is excel.session()


# ── the whole way: the module's VBA, xlwings' server, the adapters, and back ────────────────


@pytest.fixture
def book(com, call, tmp_path):  # noqa: ARG001 - the adapters stand behind it
    """A book with the sheets Cockpit and Data, and the Table Deals in Data!B3:D6."""
    path = tmp_path / "Book1.xlsm"
    with xlsxwriter.Workbook(path, {"in_memory": True}) as made:
        made.add_worksheet("Cockpit")
        data = made.add_worksheet("Data")
        headers = [{"header": name} for name in ("id", "owner", "amount")]
        data.add_table("B3:D6", {"name": "Deals", "columns": headers})
        for row, cells in enumerate([("d1", "Ann", 100), ("d2", "Bob"), ("d3", None, 7.5)], 3):
            data.write_row(row, 1, cells)
        data.write_formula("D5", "=1/0", None, "#DIV/0!")
    return ExcelInMemory(path, module_text(FUNCTIONS), com.XLPython())


def test_vba_sends_a_whole_table_with_its_name(book, session):
    assert book.ask("CRM_TABLE", "deals", book.range("Data!B3:D6")) == 1.5
    (name, (kind, rows), at) = session.asked[0]
    assert (name, kind, at) == ("CRM_TABLE", "deals", Place("Book1.xlsm", "Cockpit", "H9"))
    assert rows.origin == Origin("Deals", "Data", 3, 2)
    assert canonical(rows.rows) == [
        ("id", "owner", "amount"),
        ("d1", "Ann", 100.0),
        ("d2", "Bob", ExcelError.DIV0),
        ("d3", None, 7.5),
    ]


def test_vba_cuts_whole_columns_behind_the_used_range(book, session):
    book.date1904 = True
    book.ask("CRM_TABLE", "deals", book.range("Data!A:Z"))
    rows = session.asked[0][1][1]
    assert rows.origin == Origin("A:Z", "Data", 1, 1, 1904)
    assert (len(rows.rows), len(rows.rows[0])) == (6, 4)
    assert rows.rows[2] == (None, "id", "owner", "amount")


def test_vba_keeps_blank_columns_of_what_is_no_table(book, session):
    book.ask("CRM_KPI", book.range("Data!C4:F9"), "x")
    assert session.asked[0][1][0] == (
        ("Ann", 100.0, None, None),
        ("Bob", DIV0, None, None),
        (None, 7.5, None, None),
    )


def test_vba_sends_a_range_that_holds_nothing_as_a_blank(book, session):
    book.ask("CRM_KPI", book.range("Data!M50"), book.range("Data!M60:M70"))
    assert session.asked[0][1] == [None, None, MISSING, MISSING]


def test_vba_passes_missing_arguments_through(book, session):
    book.ask("CRM_KPI", "m", "x", book.missing, 0.0)
    assert session.asked[0][1] == ["m", "x", MISSING, 0.0]


def test_vba_refuses_several_areas(book, session):
    assert book.ask("CRM_KPI", book.range("Data!B3,Data!D3"), "x") == "error 2015"
    assert session.asked == []


def test_vba_leaves_while_a_precedent_is_uncalculated(book, session):
    book.uncalculated("Data!D5")
    assert book.ask("CRM_TABLE", "deals", book.range("Data!B3:D6")) == "error 2042"
    assert book.ask("CRM_MODEL", book.range("Data!D5")) == "error 2042"
    assert session.asked == []


def test_vba_takes_a_blank_cell_for_calculated(book, session):
    book.ask("CRM_MODEL", book.range("Data!C3:C6"))
    assert session.asked[0][1][0] == (("owner",), ("Ann",), ("Bob",), (None,))


def test_vba_names_the_cell_that_is_asked_about(book, session):
    book.ask("CRM_ERROR", book.range("Data!D5:D6"))
    assert session.asked[0][1] == [Place("Book1.xlsm", "Data", "D5")]


def test_vba_turns_integers_into_errors(book, session):
    session.answer = [["owner", "rate"], ["Ann", 0.5], ["Bob", DIV0], ["", True]]
    assert book.ask("CRM_KPI", "m", "x") == [
        ["owner", "rate"],
        ["Ann", 0.5],
        ["Bob", "error 2007"],
        ["", True],
    ]
    session.answer = [["Ann", NA]]
    assert book.ask("CRM_KPI", "m", "x") == ["Ann", "error 2042"]


@pytest.mark.parametrize("code", list(ExcelError))
def test_each_error_becomes_the_number_that_excel_has_for_it(book, session, code):
    session.answer = [[int(code)]]
    assert book.ask("CRM_KPI", "m", "x") == f"error {code & 0xFFFF}"


def test_the_server_is_started_once_and_by_one_command(book):
    for _ in range(3):
        book.ask("CRM_VERSION")
    serve = """-P -B -c "import xlwings; xlwings.serve('$(CLSID)')\""""
    assert book.commands == [f'"C:\\Program Files\\Python\\python.exe" {serve}']
    assert book.libraries == ["C:\\Program Files\\Python\\xlwings64-0.37.8.dll"]


def test_a_server_that_runs_already_is_joined_by_its_class_identifier(book):
    book.joined = "{6f1c7a0e-9d2b-4b44-8f2a-3c1f0f6f2f11}"
    assert book.ask("CRM_VERSION") == 1.5
    assert book.commands == ["{6f1c7a0e-9d2b-4b44-8f2a-3c1f0f6f2f11}"]


def test_what_is_no_class_identifier_is_never_run_as_a_command(book):
    book.joined = "calc.exe"
    book.ask("CRM_VERSION")
    assert "calc" not in book.commands[0]


def test_a_lost_server_is_taken_again_once(book):
    book.ask("CRM_VERSION")
    book.lose_server()
    assert book.ask("CRM_VERSION") == 1.5
    assert len(book.commands) == 2


def test_a_failure_in_python_is_an_error_value(book, session):
    session.answer = ZeroDivisionError("a defect")
    assert book.ask("CRM_VERSION") == "error 2015"
    assert len(session.asked) == 2


def test_a_server_that_does_not_start_is_not_waited_for_by_every_cell(book):
    book.refuse_start("Could not create Python process.\nCommand: C:\\secret\\python.exe")
    assert book.ask("CRM_VERSION") == "error 2042"
    assert book.ask("CRM_VERSION") == "error 2042"
    message = book.ask("CRM_ERROR", book.range("Data!D5"))
    assert re.fullmatch(
        r"Python did not start \(Could not .* process\.\): run xlcrm setup.*", message
    )
    assert len(message) <= 255
    assert len(book.commands) == 1
    book.minutes_pass(2)
    book.allow_start()
    assert book.ask("CRM_VERSION") == 1.5
