"""Workbooks computed without a spreadsheet program: evaluated, written, and asked."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcrm.cells import Origin, Range, Rows, canonical_cell
from xlcrm.errors import CrmError, ErrorInData, ExcelError, WrongValue
from xlcrm.functions import Asked, Call, Kind, catalogue
from xlcrm.hosts.engine import MOST_SPILLED, Engine, loaded, numbers
from xlcrm.hosts.formulas import LEFT_OUT, calls, explicit
from xlcrm.hosts.session import MISSING, Session
from xlcrm.workbook import package
from xlcrm.workbook.package import Area, Contents, Formula

_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Za-z]{1,3}\$?\d+)#?")


@dataclass
class Book:
    """A workbook open in the engine.

    Attributes:
        contents: Its sheets, Tables and names.
        formulas: Its formulas.
        engine: The workbook in the engine.
        session: What handles stand for, and the answers given.
        asked: Cells that formulas ask about, by their text; None until they are known.
    """

    contents: Contents
    formulas: tuple[Formula, ...]
    engine: Engine
    session: Session
    asked: dict[str, Asked | None]


def opened(source: str | Path | bytes) -> Book:
    """Open a workbook in the engine, without evaluating it yet.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.

    Raises:
        WrongValue: It is no workbook, or a damaged one.
    """
    functions = dict(catalogue())
    held = package.contents(source)
    engine, formulas = loaded(source, held, lambda sheet, _, text: explicit(text, sheet, functions))
    session = Session(traced=True)
    session.handles.date_system = 1904 if held.date1904 else 1900
    book = Book(held, formulas, engine, session, {})
    engine.answer_with(functions, lambda name, raw: session.call(name, _arguments(book, name, raw)))
    return book


def evaluate(book: Book) -> None:
    """Evaluate all formulas; those that ask about other cells once more, when these are known.

    Args:
        book: An open workbook.
    """
    with _without_collection():
        book.engine.evaluate()
        if book.asked:
            _resolve(book)


def changed(book: Book, sheet: str, cell: str, value: float | str | bool) -> None:
    """Put a value into a cell of an evaluated workbook and evaluate what depends on it.

    Args:
        book: An evaluated workbook.
        sheet: The sheet's name.
        cell: Such as ``B2``.
        value: The new value.
    """
    book.engine.put(sheet, cell, value)
    book.asked.clear()
    evaluate(book)


def results(book: Book) -> dict[str, dict[str, Rows]]:
    """Give the result of every formula, by sheet and cell.

    Args:
        book: An evaluated workbook.
    """
    answers: dict[str, dict[str, Rows]] = {}
    for formula in book.formulas:
        answers.setdefault(formula.sheet, {})[formula.cell] = _result(book, formula)
    return answers


def recalculated(source: str | Path, out: str | Path) -> package.Written:
    """Evaluate a workbook and write the values of its formulas into it, and nothing else.

    Args:
        source: An .xlsx or .xlsm.
        out: Where to write it; it may be the source, which is then replaced at once.

    Returns:
        What was written.

    Raises:
        WrongValue: It is no workbook, or it cannot be written; then nothing is changed.
    """
    with _without_collection():
        book = opened(source)
        evaluate(book)
        answers = results(book)
        del book  # before the garbage collector comes back: it would walk every cell
        return package.write_cached(source, out, answers)


def answer_to(book: Book, formula: str) -> Rows:
    """Answer a formula against an evaluated workbook.

    Args:
        book: An evaluated workbook.
        formula: With or without the equals sign.

    Returns:
        The rows of the result.

    Raises:
        WrongValue: The text is no formula.
        CrmError: The formula is an error; of a CRM call without an answer, the call's own.
    """
    text = "=" + formula.strip().removeprefix("=")
    rows = _answer(book, text)
    if None in book.asked.values():
        _resolve(book)
        rows = _answer(book, text)
    if rows and len(rows) == len(rows[0]) == 1 and isinstance(rows[0][0], ExcelError):
        failed = [call.error for call, _ in book.session.made if call.error]
        raise failed[-1] if failed else _native_error(text, rows[0][0])
    return rows


def reason(book: Book, sheet: str, cell: str) -> str:
    """Say why a cell of an evaluated workbook shows an error; "" where nothing is known.

    Args:
        book: An evaluated workbook.
        sheet: The sheet's name.
        cell: A cell that the formula fills.
    """
    call = _call_in(book, sheet, cell)
    return "" if call is None or call.error is None else call.error.message


# ── results ─────────────────────────────────────────────────────────────────────────────────


def _answer(book: Book, formula: str) -> Rows:
    book.session.made.clear()
    first = book.contents.sheets[0].name
    rows = book.engine.answer_to(explicit(formula, first, dict(catalogue())))
    return _beyond_the_engine(book, formula, rows)


def _result(book: Book, formula: Formula) -> Rows:
    row, column = numbers(formula.cell)
    area = Area(row, column, row, column)
    if formula.is_array:
        area = book.engine.spilled(formula.sheet, formula.cell)
    rows = book.engine.values(formula.sheet, area)
    if formula.is_array and rows == [(ExcelError.SPILL,)]:
        book.session.made.clear()
        book.engine.evaluate_again(formula.sheet, formula.cell)
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
    if whole and len(answer) * len(answer[0]) > MOST_SPILLED:
        return [tuple(map(canonical_cell, row)) for row in answer]
    return rows


def _native_error(formula: str, error: ExcelError) -> CrmError:
    """Make an error of one that no function of ours gave."""
    hint = " (a function or name that is not known)" if error is ExcelError.NAME else ""
    return ErrorInData(error, f"{formula} is {error.text}{hint}")


# ── arguments ───────────────────────────────────────────────────────────────────────────────


def _arguments(book: Book, name: str, raw: list[Any]) -> list[Any]:
    """Read what `explicit` wrote: left-out arguments, the texts behind tables, asked cells."""
    read: list[Any] = []
    for argument in catalogue()[name].arguments:
        if not raw:
            break
        value = raw.pop(0)
        text = str(raw.pop(0)) if argument.kind is Kind.TABLE and raw else ""
        if isinstance(value, str) and value == LEFT_OUT:
            read.append(MISSING)
        elif argument.kind is Kind.TABLE:
            read.append(_range(book, value, text))
        elif argument.kind is Kind.CELL:
            asked = book.asked.setdefault(str(value), None)
            read.append(ExcelError.NA if asked is None else asked)
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
    row, column = numbers(corner[0]) if corner else (1, 1)
    return Range(value, Origin(text, sheet.strip("'"), row, column, system))


# ── cells that are asked about ──────────────────────────────────────────────────────────────


def _resolve(book: Book) -> None:
    """Find the calls in the cells that are asked about, then evaluate those who asked."""
    for text in [text for text, asked in book.asked.items() if asked is None]:
        book.asked[text] = Asked(text, _call_of(book, text))
    functions = catalogue().values()
    asking = [f.name for f in functions if any(a.kind is Kind.CELL for a in f.arguments)]
    for formula in book.formulas:
        if any(f"{name}(" in formula.text.upper() for name in asking):
            book.engine.evaluate_again(formula.sheet, formula.cell)
    book.engine.evaluate()


def _call_of(book: Book, text: str) -> Call | None:
    """Find the CRM call behind the text of a reference, or in a formula."""
    reference = _REFERENCE.fullmatch(text)
    if reference:
        sheet = (reference[1] or reference[2]).replace("''", "'")
        return _call_in(book, sheet, reference[3].replace("$", "").upper())
    try:
        _answer(book, "=" + text)
    except WrongValue:
        return None
    return _telling(book)


def _call_in(book: Book, sheet: str, cell: str) -> Call | None:
    """Evaluate the formula that fills a cell once more, and see which call it makes."""
    for formula in book.formulas:
        if formula.sheet.casefold() == sheet.casefold() and _fills(book, formula, cell):
            book.session.made.clear()
            book.engine.evaluate_again(formula.sheet, formula.cell)
            return _telling(book)
    return None


def _fills(book: Book, formula: Formula, cell: str) -> bool:
    if formula.cell == cell or not formula.is_array:
        return formula.cell == cell
    return book.engine.spilled(formula.sheet, formula.cell).holds(*numbers(cell))


def _telling(book: Book) -> Call | None:
    """Choose the call that tells most: the first that failed, else the outermost."""
    made = [call for call, _ in book.session.made]
    failed = [call for call in made if call.error]
    return failed[0] if failed else made[-1] if made else None


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
