"""Every function of the catalogue, asked as Excel asks and as a workbook without Excel asks.

Excel's side is xlwings' own COM server with arguments in COM's shapes; the other is the headless
host over the same cells in a workbook. Both answer with the same bits.
"""

import io
import re
from dataclasses import dataclass
from decimal import Decimal

import pytest
import xlsxwriter
from calls import CALLS, EVERY_CALL, tables
from com_asking import MISSING, Asking, PyTime, bits, com_date, currency, sent_rows
from given import rows_of

from xlcrm.cells import SHIFT_1904, canonical
from xlcrm.errors import ExcelError
from xlcrm.functions import Kind, catalogue
from xlcrm.hosts import headless
from xlcrm.hosts.vba import module_text

AS_OF = 46_096.0
TOP, LEFT = 2, 1
"""Where Tables begin, counted from 0: neither in the first row nor in the first column."""

GIVEN = {of: {kind: canonical(rows_of(c)) for kind, c in tables(of=of).items()}
         for of in ("company", "customers")}  # fmt: skip


def with_errors(given):
    """The same tables with errors in columns that many functions read."""
    errors = {"amount": ExcelError.DIV0, "score": ExcelError.NUM, "target": ExcelError.NA}
    spoilt = {}
    for kind, (header, first, *others) in given.items():
        row = tuple(errors.get(name, cell) for name, cell in zip(header, first, strict=True))
        spoilt[kind] = [header, row, *others]
    return spoilt


SPOILT = with_errors(GIVEN["company"])


def calls_of(of):
    return [pair for pair in EVERY_CALL if CALLS[pair[0]][pair[1]].of == of]


# ── asked through COM ───────────────────────────────────────────────────────────────────────


@dataclass
class Answered:
    """Answers by function and number of the call, and what CRM_ERROR says of each."""

    handles: dict
    rows: dict
    reasons: dict


def through_com(server, given, of, *, pairs=None, from_1904=False, book="Book.xlsm"):
    """Ask the calls of a company: an argument left out, an empty cell, cells of conditions."""
    asking = Asking(server, book)
    as_of = AS_OF - SHIFT_1904 * from_1904
    handles = {
        kind: asking.table(
            kind, cells, sheet=kind.capitalize(), at=("Handles", f"A{k}"),
            row=TOP + 1, column=LEFT + 1, from_1904=from_1904,
        )
        for k, (kind, cells) in enumerate(given.items(), 1)
    }  # fmt: skip
    rows, reasons = {}, {}
    for line, (name, number) in enumerate(pairs or calls_of(of), 1):
        call = CALLS[name][number]
        kinds = (*call.reads, *call.leads_to)
        named = (tuple(handles[kind] for kind in kinds),)
        place = ("Answers", address_of(line))
        first, after = (), _sent_arguments(name, call)
        if call.takes in ("model", "cell"):
            first = (asking.one("CRM_MODEL", named, as_of, at=("Asked", f"A{line}")),)
        if call.takes == "cell":
            asking.ask("CRM_KPI", *first, "win_rate", "owner", at=("Asked", f"B{line}"))
            first = ((book, "Asked", f"B{line}", True),)
        elif call.takes == "range":
            title = kinds[0].capitalize()
            after = (kinds[0], (given[kinds[0]], title, title, TOP + 1, LEFT + 1, from_1904))
        elif call.takes == "handles":
            after = (named, as_of)
        rows[name, number] = asking.ask(name, *first, *after, at=place)
        reasons[name, number] = asking.reason(*place)
    return Answered(handles, rows, reasons)


def _sent_arguments(name, call):
    declared = catalogue()[name].arguments[call.takes in ("model", "cell") :]
    return [_sent(a.kind, value) for a, value in zip(declared, call.arguments, strict=False)]


def _sent(kind, value):
    if kind is Kind.CONDITIONS and value:
        return tuple(re.fullmatch(r"(\w+)(<>|=)(\w+)", part).groups() for part in value.split(";"))
    return MISSING if value is None else None if value == "" else value


def address_of(line):
    return f"A{1 + 1_000 * (line - 1)}"


# ── asked without Excel ─────────────────────────────────────────────────────────────────────

_CAUSES = {ExcelError.DIV0: "=1/0", ExcelError.NA: "=NA()", ExcelError.NUM: "=SQRT(-1)"}


def without_excel(given, of, *, pairs=None, date_1904=False):
    """Ask the same in a workbook that has the same cells at the same places."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "date_1904": date_1904}) as book:
        for kind, rows in given.items():
            _write_table(book.add_worksheet(kind.capitalize()), kind, rows)
        handles = book.add_worksheet("Handles")
        for k, kind in enumerate(given):
            handles.write_formula(k, 0, f'=CRM_TABLE("{kind}",{kind.capitalize()}[#All])')
        sheets = [book.add_worksheet(name) for name in ("Asked", "Columns", "Answers")]
        for line, pair in enumerate(pairs or calls_of(of), 1):
            _write_call(sheets, list(given), line, *pair, AS_OF - SHIFT_1904 * date_1904)
    opened = headless.opened(content.getvalue())
    headless.evaluate(opened)
    results = headless.results(opened)
    answers = results["Answers"]
    places = {pair: address_of(line) for line, pair in enumerate(pairs or calls_of(of), 1)}
    return Answered(
        {kind: results["Handles"][f"A{k}"][0][0] for k, kind in enumerate(given, 1)},
        {pair: answers[place] for pair, place in places.items()},
        {pair: headless.reason(opened, "Answers", place) for pair, place in places.items()},
    )


def _write_table(sheet, kind, rows):
    headers = [{"header": name} for name in rows[0]]
    last = (TOP + len(rows) - 1, LEFT + len(headers) - 1)
    sheet.add_table(TOP, LEFT, *last, {"name": kind.capitalize(), "columns": headers})
    for r, row in enumerate(rows[1:], TOP + 1):
        for c, cell in enumerate(row, LEFT):
            if isinstance(cell, ExcelError):
                sheet.write_formula(r, c, _CAUSES[cell], None, cell.text)
            elif isinstance(cell, str):
                sheet.write_string(r, c, cell)
            elif cell is not None:
                assert type(cell) is bool or float(f"{cell:.16G}") == cell  # as it is written
                sheet.write(r, c, cell)


def _write_call(sheets, kinds, line, name, number, as_of):
    asked, columns, answers = sheets
    call = CALLS[name][number]
    read = (*call.reads, *call.leads_to)
    for k, kind in enumerate(read):
        asked.write_formula(line - 1, 9 + k, f"=Handles!A{kinds.index(kind) + 1}")
    named = f"Asked!J{line}:{'JKLMNOPQRSTU'[max(len(read) - 1, 0)]}{line}"
    if call.takes in ("model", "cell"):
        asked.write_formula(line - 1, 0, f"=CRM_MODEL({named},{as_of})")
    if call.takes == "cell":
        formula = f'=CRM_KPI(A{line},"win_rate","owner")'
        asked.write_dynamic_array_formula(line - 1, 1, line - 1, 1, formula)
    after = [_text(columns, value, 10 * line, k) for k, value in enumerate(call.arguments)]
    if call.takes == "range":
        after = [after[0], f"{read[0].capitalize()}[#All]"]
    elif call.takes == "handles":
        after = [named, str(as_of)]
    first = {"model": [f"Asked!A{line}"], "cell": [f"Asked!B{line}"]}.get(call.takes, [])
    place = address_of(line)
    formula = f"={name}({','.join([*first, *after])})"
    answers.write_dynamic_array_formula(f"{place}:{place}", formula)


def _text(columns, value, row, column):
    """An argument as a formula has it; several cells are written down and referred to."""
    if isinstance(value, tuple):
        for k, (cell,) in enumerate(value):
            if cell is not None:
                columns.write(row + k, column, cell)
        letter = "ABCDEFGH"[column]
        return f"Columns!{letter}{row + 1}:{letter}{row + len(value)}"
    if value is None:
        return ""
    return str(value).upper() if isinstance(value, bool) else (
        '"' + value.replace('"', '""') + '"' if isinstance(value, str) else repr(value)
    )  # fmt: skip


# ── the two agree ───────────────────────────────────────────────────────────────────────────


def agree(answered, expected, *, but=()):
    """Hold two hosts to each other, functions of `but` aside."""
    compared = {pair: rows for pair, rows in expected.rows.items() if pair[0] not in but}
    differing = [p for p, rows in compared.items() if bits(answered.rows[p]) != bits(rows)]
    assert compared
    assert not differing
    assert answered.reasons == expected.reasons
    if not but:
        assert answered.handles == expected.handles


def test_every_function_is_asked_and_has_a_wrapper():
    assert {name for name, _ in EVERY_CALL} == set(catalogue())
    wrappers = re.findall(r"(?m)^Public Function (CRM_\w+)\(", module_text(catalogue().values()))
    assert sorted(wrappers) == sorted(catalogue())


@pytest.mark.parametrize("of", GIVEN)
def test_com_gives_the_bits_of_the_headless_host(server, of):
    given = {kind: sent_rows(rows) for kind, rows in GIVEN[of].items()}
    answered = through_com(server, given, of)
    agree(answered, without_excel(GIVEN[of], of))
    assert set(answered.reasons.values()) == {""}


FIRST = [pair for pair in calls_of("company") if pair[1] == 0]


def test_errors_in_cells_are_the_same_errors_for_the_same_reasons(server):
    given = {kind: sent_rows(rows) for kind, rows in SPOILT.items()}
    answered = through_com(server, given, "company", pairs=FIRST)
    agree(answered, without_excel(SPOILT, "company", pairs=FIRST))
    refused = [pair for pair, rows in answered.rows.items() if type(rows[0][0]) is int]
    assert len(refused) > len(FIRST) / 2


IN_1904 = [
    (name, 0)
    for name in ("CRM_TABLE", "CRM_MODEL", "CRM_KPI", "CRM_FORECAST", "CRM_ATTENTION",
                 "CRM_INITIATIVES", "CRM_HISTOGRAM", "CRM_EXPLAIN", "CRM_ERROR")
]  # fmt: skip


def test_a_book_that_counts_from_1904_has_the_same_answers(server):
    in_1904 = {kind: _moved_to_1904(rows) for kind, rows in GIVEN["company"].items()}
    in_1900 = {kind: sent_rows(rows) for kind, rows in GIVEN["company"].items()}
    usual = through_com(server, in_1900, "company", pairs=IN_1904)
    given = {kind: sent_rows(rows) for kind, rows in in_1904.items()}
    answered = through_com(server, given, "company", pairs=IN_1904, from_1904=True, book="B.xlsm")
    agree(answered, without_excel(in_1904, "company", pairs=IN_1904, date_1904=True))
    agree(answered, usual, but=("CRM_TABLE", "CRM_MODEL"))
    assert answered.handles != usual.handles


def _is_date(cell):
    """Whether a cell of the generated tables is a date: no other number lies there."""
    return type(cell) is float and 45_000 < cell < 47_000


def _changed(rows, change):
    header, *body = rows
    return (tuple(header), *(tuple(map(change, header, row)) for row in body))


def _moved_to_1904(rows):
    return list(_changed(rows, lambda _, cell: cell - SHIFT_1904 if _is_date(cell) else cell))


# ── what cells hold where a number is formatted as a currency or a date ─────────────────────


def _formatted(name, cell):
    """A cell as `.Value` gives it; `.Value2`, which the module reads, gives plain numbers."""
    if _is_date(cell):
        return com_date(cell)
    return currency(cell) if name in MONEY and type(cell) is float else cell


MONEY = {"amount", "cost", "list_price", "override", "budget", "spent", "target", "potential"}


@pytest.mark.parametrize("of", GIVEN)
def test_currencies_and_dates_of_com_are_the_numbers_that_they_show(server, of):
    asking = Asking(server)
    for kind, rows in GIVEN[of].items():
        plain, formatted = sent_rows(rows), _changed(rows, _formatted)
        one, other = (
            asking.table(kind, cells, sheet="Data", at=("Handles", at))
            for cells, at in ((plain, "A1"), (formatted, "A2"))
        )
        assert one == other, kind
    formatted = [_changed(rows, _formatted) for rows in GIVEN[of].values()]
    types = {type(cell) for rows in formatted for row in rows for cell in row}
    assert {Decimal, PyTime, float, str, type(None)} <= types


def test_a_currency_and_a_date_may_be_arguments(server):
    asking = Asking(server)
    deals = asking.table(
        "deals", sent_rows(GIVEN["company"]["deals"]), sheet="Data", at=("H", "A1")
    )
    model = asking.one("CRM_MODEL", ((deals,),), AS_OF)
    assert asking.one("CRM_MODEL", ((deals,),), com_date(AS_OF)) == model
    wide = [asking.ask("CRM_ATTENTION", model, "", "", "", "", n) for n in (5.0, currency(5.0))]
    assert wide[0] == wide[1]
