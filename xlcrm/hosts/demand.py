"""Answers that need only a part of a workbook computed: its Tables and what names lead to."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

from xlcrm.cells import Rows
from xlcrm.errors import CrmError
from xlcrm.hosts.headless import Book, answer_to, evaluate
from xlcrm.workbook.package import Area, Contents, Formula
from xlcrm.workbook.package.references import cell_numbers


def answered(book: Book, formula: str) -> Rows:
    """Answer a formula against an open workbook, evaluating no more of it than is needed.

    Args:
        book: An open workbook, evaluated or not.
        formula: With or without the equals sign.

    Returns:
        The rows of the result.

    Raises:
        WrongValue: The text is no formula.
        CrmError: The formula is an error; of a CRM call without an answer, the call's own.
    """
    if reads_tables_alone(formula, book.contents, book.formulas):
        # Named cells first: then the calls of the answer are the formula's own.
        named = {name.name.casefold() for name in book.contents.names}
        for name in sorted(named.intersection(_operands(formula))):
            with suppress(CrmError):
                answer_to(book, name)
    else:
        evaluate(book)
    return answer_to(book, formula)


def reads_tables_alone(formula: str, contents: Contents, formulas: tuple[Formula, ...]) -> bool:
    """Say whether a formula rests on Tables of constants, and on named cells that read them.

    The engine follows a formula to the cells that it names, but not to those that another formula
    spills into: wherever such cells could be meant, the answer is no.

    Args:
        formula: With or without the equals sign.
        contents: What the workbook holds.
        formulas: Its formulas.
    """
    named = {name.name.casefold(): name.text for name in contents.names}
    tables = {table.name.casefold() for table in contents.tables}
    sheets = set()
    try:
        operands = _operands(formula)
    except TokenizerError:
        return False
    for word in operands:
        if word in named and "!" in named[word]:
            sheets.add(named[word].rpartition("!")[0].strip("='").replace("''", "'"))
        elif "[" not in word or word.partition("[")[0] not in tables:
            return False
    areas: dict[str, list[Area]] = {}
    for table in contents.tables:
        areas.setdefault(table.sheet, []).append(table.area)
    return not any(
        _leads_away(one, sheets) or _inside(one, areas.get(one.sheet, ())) for one in formulas
    )


def _operands(formula: str) -> list[str]:
    """Give the names, references and structured references of a formula in lower case."""
    tokens = Tokenizer("=" + formula.strip().removeprefix("=")).items
    return [
        token.value.casefold()
        for token in tokens
        if token.type == Token.OPERAND and token.subtype == Token.RANGE
    ]


def _leads_away(formula: Formula, sheets: set[str]) -> bool:
    """Say whether a formula on one of the sheets spills, or reads another sheet."""
    spills = formula.ref is not None and ":" in formula.ref
    return formula.sheet in sheets and (spills or "!" in formula.text)


def _inside(formula: Formula, areas: Iterable[Area]) -> bool:
    return any(area.holds(*cell_numbers(formula.cell)) for area in areas)
