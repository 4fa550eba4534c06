"""Workbooks computed without a spreadsheet program, by the formualizer engine.

The one module that knows the engine. It loads a copy of the workbook in which formulas say what
the engine would not tell (see `formulas`), hands our functions to it, and reads the results.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import formualizer

from xlcrm.cells import Origin, Range, Rows, canonical_cell
from xlcrm.errors import CrmError, ErrorInData, ExcelError, WrongValue
from xlcrm.functions import Asked, Call, Kind, WorksheetFunction
from xlcrm.hosts.formulas import LEFT_OUT, calls, explicit
from xlcrm.hosts.session import MISSING, Session, catalogue_by_name
from xlcrm.workbook import package
from xlcrm.workbook.package import Area, Contents, Formula
from xlcrm.workbook.package.references import area as area_of

_SCRATCH = "xlcrm scratch"
_MOST_SPILLED = 10_000
"""Cells beyond which the engine answers #SPILL!; Excel has no such limit."""
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Za-z]{1,3})\$?(\d+)#?")


@dataclass
class Book:
    """A workbook open in the engine.

    Attributes:
        source: The file's path or bytes.
        contents: Its sheets, Tables and names.
        formulas: Its formulas.
        session: What handles stand for, and the answers given.
    """

    source: str | Path | bytes
    contents: Contents
    formulas: tuple[Formula, ...]
    session: Session
    _engine: Any
    _asked: dict[str, Asked | None]


def opened(source: str | Path | bytes) -> Book:
    """Open a workbook in the engine, without evaluating it yet.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.

    Raises:
        WrongValue: It is no workbook, or a damaged one.
    """
    functions = catalogue_by_name()
    held = package.contents(source)
    data = package.engine_copy(source, lambda sheet, _, text: explicit(text, sheet, functions))
    system = 1904 if held.date1904 else 1900
    evaluation = formualizer.EvaluationConfig()
    evaluation.enable_parallel = False  # it would call our functions from several threads
    evaluation.date_system = str(system)
    config = formualizer.WorkbookConfig(eval_config=evaluation)
    engine = formualizer.Workbook.from_bytes(data, config=config)
    engine.set_temporal_egress("serial")
    for table in held.tables:
        area = table.area
        corners = (area.top, area.left, area.bottom, area.right)
        engine.add_table(
            table.name,
            table.sheet,
            corners,
            list(table.headers),
            header_row=table.has_header_row,
            totals_row=table.has_totals_row,
        )
    session = Session(traced=True)
    session.handles.date_system = system
    found = tuple(package.formulas(source))
    book = Book(source, held, found, session, engine, {})
    for function in functions.values():
        engine.register_function(
            function.name, partial(_answer, book, function), min_args=0, max_args=None
        )
    return book


def evaluate(book: Book) -> None:
    """Evaluate all formulas; those that ask about other cells once more, when these are known.

    Args:
        book: An open workbook.
    """
    with _without_collection():
        book._engine.evaluate_all()
        if book._asked:
            _resolve(book)


def results(book: Book) -> dict[str, dict[str, Rows]]:
    """Give the result of every formula, by sheet and cell.

    Args:
        book: An evaluated workbook.
    """
    answers: dict[str, dict[str, Rows]] = {}
    for formula in book.formulas:
        answers.setdefault(formula.sheet, {})[formula.cell] = _result(book, formula)
    return answers


def recalculated(source: str | Path, out: str | Path) -> tuple[Book, package.Written]:
    """Evaluate a workbook and write the values of its formulas into it, and nothing else.

    Args:
        source: An .xlsx or .xlsm.
        out: Where to write it; it may be the source, which is then replaced at once.

    Returns:
        The evaluated workbook, and what was written.

    Raises:
        WrongValue: It is no workbook, or it cannot be written; then nothing is changed.
    """
    book = opened(source)
    evaluate(book)
    return book, package.write_cached(source, out, results(book))


def answer_to(book: Book, formula: str) -> Rows:
    """Evaluate a formula against an evaluated workbook.

    Args:
        book: An evaluated workbook.
        formula: With or without the equals sign.

    Returns:
        The rows of the result.

    Raises:
        WrongValue: The text is no formula.
        CrmError: The formula is one CRM call that has no answer; the error is its own.
    """
    text = "=" + formula.strip().removeprefix("=")
    first = book.contents.sheets[0].name
    book.session.made.clear()
    rows = _evaluated(book, explicit(text, first, catalogue_by_name()))
    if book._asked and None in book._asked.values():
        _resolve(book)
        book.session.made.clear()
        rows = _evaluated(book, explicit(text, first, catalogue_by_name()))
    if len(rows) == 1 and len(rows[0]) == 1 and isinstance(rows[0][0], ExcelError):
        failed = [call.error for call, _ in book.session.made if call.error]
        if failed:
            raise failed[-1]
        raise _native_error(text, rows[0][0])
    return rows


def values_in(book: Book, sheet: str, area: Area) -> Rows:
    """Give the values of an area of cells.

    Args:
        book: An evaluated workbook.
        sheet: The sheet's name.
        area: The cells.
    """
    address = formualizer.RangeAddress(sheet, area.top, area.left, area.bottom, area.right)
    rows = book._engine.sheet(sheet).get_values(address)
    return [tuple(map(canonical_cell, row)) for row in rows]


def reason(book: Book, sheet: str, cell: str) -> str:
    """Say why a cell of an evaluated workbook shows an error; "" where nothing is known.

    Args:
        book: An evaluated workbook.
        sheet: The sheet's name.
        cell: The formula's cell.
    """
    call = _call_in(book, sheet, cell)
    return "" if call is None or call.error is None else call.error.message


# ── our functions, called by the engine ─────────────────────────────────────────────────────


def _answer(book: Book, function: WorksheetFunction, *raw: Any) -> Any:
    rows = book.session.call(function.name, _arguments(book, function, list(raw)))
    leaving = [[_to_engine(cell) for cell in row] for row in rows]
    return leaving if len(leaving) > 1 or len(leaving[0]) > 1 else leaving[0][0]


_KIND_OF = {
    ExcelError.DIV0: "Div",
    ExcelError.NA: "Na",
    ExcelError.VALUE: "Value",
    ExcelError.REF: "Ref",
    ExcelError.NAME: "Name",
    ExcelError.NUM: "Num",
    ExcelError.NULL: "Null",
    ExcelError.SPILL: "Spill",
    ExcelError.CALC: "Calc",
}


def _to_engine(cell: Any) -> Any:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return {"type": "Error", "kind": _KIND_OF.get(ExcelError(cell), "Value")}
    return cell


def _arguments(book: Book, function: WorksheetFunction, raw: list[Any]) -> list[Any]:
    """Read what `explicit` wrote: left-out arguments, the texts behind tables, asked cells."""
    read: list[Any] = []
    for argument in function.arguments:
        if not raw:
            break
        value = raw.pop(0)
        if argument.kind is Kind.TABLE:
            text = raw.pop(0) if raw else ""
            read.append(MISSING if value == LEFT_OUT else _range(book, value, str(text)))
        elif value == LEFT_OUT:
            read.append(MISSING)
        elif argument.kind is Kind.CELL:
            read.append(_known(book, str(value)))
        else:
            read.append(value)
    return [*read, *raw]


def _range(book: Book, value: Any, text: str) -> Range:
    """Give a range with the place that its text in the formula names."""
    system = book.session.handles.date_system
    name = re.split(r"[\[(]", text)[0].strip()
    for table in book.contents.tables:
        if table.name.casefold() == name.casefold():
            area = table.area
            top = area.top if "#all" in text.casefold() else area.top + table.has_header_row
            return Range(value, Origin(table.name, table.sheet, top, area.left, system))
    sheet, _, address = text.rpartition("!")
    corner = re.match(r"\$?[A-Za-z]{1,3}\$?\d+", address)
    row, column = _numbers(corner[0]) if corner else (1, 1)
    return Range(value, Origin(text, sheet.strip("'"), row, column, system))


def _known(book: Book, text: str) -> Asked | ExcelError:
    asked = book._asked.setdefault(text, None)
    return ExcelError.NA if asked is None else asked


# ── cells that are asked about ──────────────────────────────────────────────────────────────


def _resolve(book: Book) -> None:
    """Find the calls in the cells that are asked about, then evaluate those who asked."""
    for text in [text for text, asked in book._asked.items() if asked is None]:
        book._asked[text] = Asked(text, _call_of(book, text))
    for formula in book.formulas:
        if any(f in formula.text.upper() for f in _asking()):
            row, column = _numbers(formula.cell)
            _evaluated_again(book, formula.sheet, row, column)
    book._engine.evaluate_all()


def _asking() -> list[str]:
    functions = catalogue_by_name().values()
    return [f"{f.name}(" for f in functions if any(a.kind is Kind.CELL for a in f.arguments)]


def _call_of(book: Book, text: str) -> Call | None:
    """Find the CRM call behind the text of a reference, or in a formula."""
    reference = _REFERENCE.fullmatch(text)
    if reference:
        sheet = (reference[1] or reference[2]).replace("''", "'")
        return _call_in(book, sheet, f"{reference[3].upper()}{reference[4]}")
    try:
        book.session.made.clear()
        _evaluated(book, explicit("=" + text, book.contents.sheets[0].name, catalogue_by_name()))
    except WrongValue:
        return None
    return _telling(book)


def _call_in(book: Book, sheet: str, cell: str) -> Call | None:
    """Evaluate the formula that fills a cell once more, and see which call it makes."""
    row, column = _numbers(cell)
    for formula in book.formulas:
        if formula.sheet.casefold() == sheet.casefold() and _fills(book, formula, row, column):
            book.session.made.clear()
            _evaluated_again(book, formula.sheet, *_numbers(formula.cell))
            return _telling(book)
    return None


def _telling(book: Book) -> Call | None:
    """Choose the call that tells most: the first that failed, else the outermost."""
    made = [call for call, _ in book.session.made]
    failed = [call for call in made if call.error]
    return failed[0] if failed else made[-1] if made else None


def _fills(book: Book, formula: Formula, row: int, column: int) -> bool:
    at = _numbers(formula.cell)
    return at == (row, column) or (
        formula.is_array and _spilled(book, formula.sheet, *at).holds(row, column)
    )


def _evaluated_again(book: Book, sheet: str, row: int, column: int) -> None:
    engine = book._engine
    engine.set_formula(sheet, row, column, engine.get_formula(sheet, row, column))
    engine.evaluate_cell(sheet, row, column)


# ── reading the engine ──────────────────────────────────────────────────────────────────────


def _evaluated(book: Book, formula: str) -> Rows:
    engine = book._engine
    if _SCRATCH not in engine.sheet_names:
        engine.add_sheet(_SCRATCH)
    try:
        engine.set_formula(_SCRATCH, 1, 1, formula)
        engine.evaluate_cell(_SCRATCH, 1, 1)
    except RuntimeError as error:
        raise WrongValue(f"{formula} is no formula: {str(error).split(': ')[-1]}") from None
    rows = values_in(book, _SCRATCH, _spilled(book, _SCRATCH, 1, 1))
    engine.set_value(_SCRATCH, 1, 1, None)
    return _beyond_the_engine(book, formula, rows)


def _result(book: Book, formula: Formula) -> Rows:
    row, column = _numbers(formula.cell)
    area = Area(row, column, row, column)
    if formula.is_array:
        area = _spilled(book, formula.sheet, row, column)
    rows = values_in(book, formula.sheet, area)
    if formula.is_array and rows == [(ExcelError.SPILL,)]:
        book.session.made.clear()
        _evaluated_again(book, formula.sheet, row, column)
        rows = _beyond_the_engine(book, formula.text, rows)
    return [tuple("" if cell is None else cell for cell in one) for one in rows]


def _beyond_the_engine(book: Book, formula: str, rows: Rows) -> Rows:
    """Take a result that the engine refuses to spill for its size from our own function."""
    made = book.session.made
    if rows != [(ExcelError.SPILL,)] or not made:
        return rows
    call, answer = made[-1]
    found = calls(formula, (call.function.name,))
    whole = bool(found) and formula[: found[0].start] in ("", "=") and found[0].end == len(formula)
    if whole and len(answer) * len(answer[0]) > _MOST_SPILLED:
        return [tuple(map(canonical_cell, row)) for row in answer]
    return rows


def _spilled(book: Book, sheet: str, row: int, column: int) -> Area:
    quoted = "'" + sheet.replace("'", "''") + "'"
    address = Area(row, column, row, column).text
    spill = book._engine.inspect_cell(f"{quoted}!{address}").cell.spill
    extent = getattr(spill, "extent", None)
    if not extent:
        return Area(row, column, row, column)
    return area_of(str(extent).rpartition("!")[2])


def _numbers(cell: str) -> tuple[int, int]:
    area = area_of(cell)
    return area.top, area.left


def _native_error(formula: str, error: ExcelError) -> CrmError:
    """Make an error of one that no function of ours gave."""
    hint = " (a function or name that is not known)" if error is ExcelError.NAME else ""
    return ErrorInData(error, f"{formula} is {error.text}{hint}")


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep the garbage collector away while millions of cells live: each look costs a walk."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
