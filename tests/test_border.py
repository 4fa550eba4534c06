"""The border, row by row: what a host hands over, and what it gets back.

Excel is a session asked with what COM hands over; the workbook is computed without Excel.
"""

from datetime import datetime

import pytest
from asking import DEAL, STAGES, Book, Excel, column, deals

from xlcrm.cells import Range
from xlcrm.errors import ExcelError
from xlcrm.functions import catalogue
from xlcrm.hosts.session import MISSING, Place

SHEETS = {
    "Deals": [[*row] for row in deals({}, {"Amount": 50.0, "Owner": "Bob", "Source": "Fair"})],
    "Stages": STAGES,
}
MODEL = (
    '=CRM_TABLE("deals",Deals!A1:I3)',
    '=CRM_TABLE("stages",Stages!A1:C3)',
    "=CRM_MODEL(A1:A11)",
)


def asked(*formulas, **sheets):
    """The answers to formulas beside a model in A21."""
    return Book(*MODEL, *formulas, **(SHEETS | sheets))


# ── in: blank ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("blank", [None, ""])
def test_excel_a_blank_cell_is_missing_and_never_zero(excel, blank):
    rows = column("Amount", 100.0, blank)
    assert excel.one("average_deal", rows) == 100.0
    told = excel.explained("average_deal", rows)
    assert told["left out: no amount"] == 1.0


def test_workbook_a_blank_cell_is_missing_and_never_zero():
    rows = column("Amount", 100.0, None)
    assert Book('=CRM_KPI(Deals!A1:H3,"average_deal")', Deals=rows).value() == 100.0


def test_excel_a_blank_argument_is_the_default(excel):
    model = excel.model(deals({}))
    plain = excel.value("CRM_KPI", model, "won_amount")
    for blank in (None, "", MISSING, ((None,),)):
        assert excel.value("CRM_KPI", model, "won_amount", blank, blank, blank, blank) == plain


def test_workbook_a_blank_argument_is_the_default():
    book = asked('=CRM_KPI(A21,"won_amount",Z99,Z99,Z99)', "=CRM_SCORE(80,95,80,Z99,Z99)")
    assert book.value(3) == 150.0
    assert book.value(4) == pytest.approx(100 / 3)


# ── in: error cells ─────────────────────────────────────────────────────────────────────────


def test_excel_an_error_cell_is_the_integer_that_com_hands_over(excel):
    refusal = excel.kpi_refusal("won_amount", column("Amount", -2146826281))
    assert refusal == ("#DIV/0!", "deals, row 2: amount is #DIV/0!")


def test_workbook_an_error_cell_is_its_error():
    rows = column("Amount", ExcelError.DIV0)
    refusal = Book('=CRM_KPI(Deals!A1:H2,"won_amount")', Deals=rows).refusal()
    assert refusal == ("#DIV/0!", "deals, row 2: amount is #DIV/0!")


def test_workbook_an_error_as_an_argument_is_its_error():
    book = asked("=CRM_KPI(A21,NA())", '=CRM_KPI(1/0,"win_rate")')
    assert book.refusal(3) == ("#N/A", "the argument kpi is #N/A")
    assert book.refusal(4) == ("#DIV/0!", "the model's cell is #DIV/0!; CRM_ERROR on it tells why")


# ── in: dates ───────────────────────────────────────────────────────────────────────────────


def test_excel_a_date_is_a_serial_number(excel):
    assert excel.groups("won_deals", column("Closed on", 46085.0), "day") == {"2026-03-04": 1.0}


@pytest.mark.parametrize("date1904", [False, True])
def test_workbook_a_date_is_a_serial_number_of_its_date_system(date1904):
    rows = column("Closed on", datetime(2026, 3, 4))  # noqa: DTZ001 - as a file has it
    rows = [[_without_dates(cell) for cell in row] for row in rows]
    formula = '=INDEX(CRM_KPI(Deals!A1:H2,"won_deals","day"),2,1)'
    book = Book(
        '=CRM_TABLE("deals",Deals!A1:H2)',
        formula.replace("Deals!A1:H2", "A1"),
        Deals=rows,
        date1904=date1904,
    )
    assert book.value() == "2026-03-04"


def _without_dates(cell):
    return None if cell in (DEAL["Created"], DEAL["Expected close"]) else cell


# ── in: arguments left out ──────────────────────────────────────────────────────────────────


def test_excel_a_skipped_argument_is_not_zero(excel):
    skipped = excel.rows("CRM_SCORE", 80.0, 95.0, 80.0, MISSING, 0.0)
    typed = excel.rows("CRM_SCORE", 80.0, 95.0, 80.0, 0.0, 0.0)
    assert skipped == [[pytest.approx(100 / 3)]]
    assert typed == [[int(ExcelError.NUM)]]


def test_workbook_a_skipped_argument_is_not_zero():
    book = Book("=CRM_SCORE(80,95,80,,0)", "=CRM_SCORE(80,95,80,0,0)", Data=[])
    assert book.value(0) == pytest.approx(100 / 3)
    assert book.value(1) is ExcelError.NUM


def test_workbook_skipped_arguments_of_every_kind_are_the_defaults():
    book = asked(
        '=CRM_KPI(A21,"won_amount",,"owner=Bob")',
        '=CRM_KPI(A21,"won_amount",,,"2023")',
        '=CRM_KPI(A21,"won_amount",,,)',
        "=CRM_MODEL(A1:A11,)",
        '=ROWS(CRM_FORECAST(A21,,,,,"configured"))',
    )
    assert [book.value(k) for k in (3, 4, 5)] == [50.0, 150.0, 150.0]
    assert book.value(6) == book.value(2)
    assert book.value(7) == 2.0


@pytest.mark.parametrize("name", [f.name for f in catalogue().values() if f.arguments])
def test_excel_a_required_argument_that_is_left_out_is_named_with_its_help(excel, name):
    required = [argument for argument in catalogue()[name].arguments if argument.required]
    if not required:
        assert excel.rows(name)
        return
    first = required[0]
    if first.kind in ("table", "numbers"):
        given = [None] * len(required)
        assert excel.rows(name, *given)[0][0] in set(map(int, ExcelError))
        return
    assert excel.refusal(name, MISSING) == (
        "#VALUE!",
        f"{first.name} is missing: {first.help}"[:255],
    )


def test_excel_too_many_arguments_are_refused(excel):
    assert excel.refusal("CRM_VERSION", 1.0) == ("#VALUE!", "CRM_VERSION() has 0 arguments at most")


# ── in: tables and cells ────────────────────────────────────────────────────────────────────


def test_excel_a_table_comes_with_its_name_and_the_handle_says_it(excel):
    handle = excel.table("deals", deals({}), "Pipeline")
    assert handle.startswith("deals: 1 rows · Pipeline #")


def test_workbook_a_table_comes_with_its_address():
    assert asked().value(0).startswith("deals: 2 rows · Deals!A1:I3 #")


def test_excel_a_message_names_the_row_of_the_sheet(excel):
    model = excel.value("CRM_MODEL", excel.table("deals", column("Amount", "x"), row=7))
    refusal = excel.refusal("CRM_KPI", model, "won_amount")
    assert refusal == ("#VALUE!", "deals, row 8: amount: 'x' is no number")


def test_workbook_a_message_names_the_row_of_the_sheet():
    sheet = [("Our deals",), (), *column("Amount", "x")]
    book = Book('=CRM_TABLE("deals",Deals!A3:H4)', '=CRM_KPI(A1,"won_amount")', Deals=sheet)
    assert book.refusal() == ("#VALUE!", "deals, row 4: amount: 'x' is no number")


def test_equal_tables_have_equal_handles_in_every_host(excel):
    rows = [tuple(row) for row in SHEETS["Deals"]]
    assert excel.table("deals", rows)[-16:] == asked().value(0)[-16:]


def test_a_handle_changes_with_any_cell_and_with_the_date_system(excel):
    cells = [100.0, 100.5, "100", None, True, -2146826246, -2146826246.0]
    handles = {excel.table("deals", column("Amount", cell)) for cell in cells}
    handles.add(excel.table("deals", column("Amount", 100.0), date_system=1904))
    assert len(handles) == len(cells) + 1


def test_excel_a_cell_that_is_asked_about_is_known_by_its_place(excel):
    here = Place("Book", "Here", "B2")
    assert excel.refusal("CRM_EXPLAIN", here) == (
        "#N/A",
        "Here!B2 holds no CRM function: point at one that does",
    )
    excel.rows("CRM_VERSION")
    assert excel.value("CRM_ERROR", here) == ""


def test_excel_another_workbooks_cell_of_the_same_address_is_another_cell(excel):
    excel.rows("CRM_VERSION")
    error, _ = excel.refusal("CRM_ERROR", Place("Other", "Here", "B2"))
    assert error == "#N/A"


def test_a_value_where_a_cell_is_asked_about_is_refused(excel):
    told = ("#VALUE!", "give a cell that holds a CRM formula, such as B3")
    assert excel.refusal("CRM_ERROR", 5.0) == told


def test_workbook_a_cell_that_is_asked_about_is_found_wherever_it_stands():
    book = asked(
        "=CRM_ERROR(A41)", '=CRM_KPI(A21,"win_rat")', "=CRM_ERROR(Ask!$A$41)", "=CRM_ERROR(B99)"
    )
    sentence = "there is no KPI 'win_rat'; did you mean 'win_rate' or 'reminder_rate'?"
    assert [book.value(3), book.value(5)] == [sentence, sentence]
    assert book.value(6) is ExcelError.NA


def test_a_handle_whose_data_are_gone_asks_for_refresh():
    handle = Excel().model(deals({}))
    assert Excel().refusal("CRM_KPI", handle, "win_rate") == (
        "#N/A",
        "the data changed, press Refresh: this handle stands for no model",
    )


def test_a_text_that_is_no_handle_is_refused(excel):
    assert excel.refusal("CRM_KPI", "Model", "win_rate") == (
        "#VALUE!",
        "'Model' is no model: give the cell of CRM_MODEL or CRM_TABLE, or a range",
    )


# ── out ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("CRM_VERSION", ()),
        ("CRM_FUNCTIONS", ()),
        ("CRM_SCORE", (90.0, 95.0, 80.0)),
        ("CRM_SCORE", (((90.0,), (None,)), ((95.0,), (95.0,)), 80.0)),
        ("CRM_SCORE", ((), 95.0, 80.0)),
        ("CRM_TABLE", ("deals", Range(deals({})))),
        ("CRM_TABLE", ("nothing", None)),
        ("CRM_KPI", (deals({}), "win_rate")),
        ("CRM_KPI", (deals({}), "win_rate", "owner")),
        ("CRM_KPI", (column("Status", "open"), "win_rate", "owner")),
        ("CRM_SEGMENTS", (deals({}, Source=None), "source")),
        ("CRM_KEY_ACCOUNTS", (deals({}, Account_id="a"),)),
        ("CRM_ERROR", (Place("Book", "Here", "B2"),)),
    ],
)
def test_an_answer_is_always_a_list_of_equally_long_rows_of_cells(excel, name, arguments):
    rows = excel.session.call(name, list(arguments))
    assert type(rows) is list
    assert rows
    assert {type(row) for row in rows} == {list}
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert {type(cell) for cell in cells} <= {float, str, bool, int}
    assert all(ExcelError(cell) for cell in cells if type(cell) is int)


def test_excel_integers_are_errors_and_numbers_are_floats(excel):
    scores = excel.rows("CRM_SCORE", ((80.0,), (None,)), ((95.0,), (95.0,)), 80.0)
    assert scores == [[pytest.approx(100 / 3)], [-2146826246]]
    assert [type(row[0]) for row in scores] == [float, int]


def test_workbook_an_error_among_the_answers_is_an_error():
    book = Book(
        "=CRM_SCORE(Data!A1:A2,95,80)",
        "=ISNA(INDEX(CRM_SCORE(Data!A1:A2,95,80),2))",
        Data=[(80.0,), ("N/A",)],
    )
    assert book.value(1) is True


def test_a_blank_leaves_as_empty_text(excel):
    rows = deals({"Account id": "a"}, {"Account id": "b", "Amount": -5.0})
    header, _, last = excel.rows("CRM_KEY_ACCOUNTS", excel.model(rows))
    shown = dict(zip(header, last, strict=True))
    assert (shown["account_id"], shown["share"], shown["class"]) == ("b", "", "none")


# ── faults ──────────────────────────────────────────────────────────────────────────────────


def test_a_fault_of_ours_is_an_error_with_a_sentence_and_no_traceback(excel, monkeypatch, caplog):
    def broken():
        raise ZeroDivisionError("a secret path /home/x")

    monkeypatch.setitem(vars(catalogue()["CRM_VERSION"]), "call", broken)
    place = Place("Book", "Here", "Z1")
    assert excel.session.call("CRM_VERSION", [], at=place) == [[int(ExcelError.VALUE)]]
    assert excel.session.call("CRM_ERROR", [place]) == [
        ["CRM_VERSION failed (ZeroDivisionError): a fault of xlcrm"]
    ]
    assert "a secret path" in caplog.text


def test_a_repeated_call_gives_the_same_answer_and_a_changed_cell_another(excel):
    first = excel.one("won_amount", column("Amount", 1.0))
    assert excel.one("won_amount", column("Amount", 1.0)) == first
    assert excel.one("won_amount", column("Amount", 2.0)) == 2.0
