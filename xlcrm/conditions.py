"""The grammar of `where`: conditions joined by semicolons, or a range of three columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlcrm.cells import Cell, Rows, is_blank, number_of_text, text_of
from xlcrm.errors import ErrorInData, ExcelError, WrongValue

Where = str | Rows
"""Conditions as a manager writes them: a text, or the rows of a range."""

OPERATORS = ("<=", ">=", "<>", "!=", "=", "<", ">", "in")


@dataclass(frozen=True)
class Condition:
    """One condition that a row meets or not.

    Attributes:
        column: The column's name as written.
        operator: ``=``, ``<>``, ``<``, ``<=``, ``>``, ``>=`` or ``in``.
        values: The values as written, one except for ``in``; a blank is "".
    """

    column: str
    operator: str
    values: tuple[str | float, ...]


def conditions(where: Where) -> tuple[Condition, ...]:
    """Read the conditions of a `where` argument.

    Args:
        where: Text such as ``owner=Ann; amount>1000; stage in Proposal, Negotiation``, where a
            value with a semicolon or a comma stands in single quotes, a doubled quote inside
            meaning one; or rows of column, operator, value.

    Returns:
        The conditions in the order written; all of them must hold.

    Raises:
        WrongValue: A part is no condition; the message repeats it.
        ErrorInData: A cell of the range holds an error.

    Example:
        >>> conditions("owner=Ann; source<>'Web; shop'")[1].values
        ('Web; shop',)
    """
    if isinstance(where, str):
        return tuple(_of_text(part) for part in _split(where, ";") if part.strip())
    return tuple(_of_row(row) for row in where if not all(map(is_blank, row)))


def number_in(value: str | float, decimal: str) -> float | None:
    """Read a condition's value as a number, or None where it is none.

    Args:
        value: The value as written.
        decimal: The workbook's decimal sign.
    """
    if isinstance(value, float):
        return value
    try:
        return number_of_text(value, decimal)
    except WrongValue:
        return None


_CONDITION = re.compile(
    r"\s*(?P<column>'(?:[^']|'')*'|[^<>=!']+?)\s*"
    r"(?P<operator><=|>=|<>|!=|=|<|>|(?<=[\s'])in(?=[\s'(]))\s*(?P<value>.*?)\s*",
    re.DOTALL | re.IGNORECASE,
)


def _of_text(part: str) -> Condition:
    found = _CONDITION.fullmatch(part)
    if not found:
        raise WrongValue(
            f"{part.strip()!r} is no condition: write a column, one of {' '.join(OPERATORS)}, "
            "and a value, such as amount>1000"
        )
    operator = found["operator"].casefold()
    value = found["value"]
    if operator == "in" and value.startswith("(") and value.endswith(")"):
        value = value[1:-1]
    parts = _split(value, ",") if operator == "in" else [value]
    return _condition(_unquoted(found["column"]), operator, [_unquoted(p) for p in parts])


def _of_row(row: tuple[Cell, ...]) -> Condition:
    if len(row) != 3:
        raise WrongValue(f"a range of conditions has 3 columns, this one has {len(row)}")
    for cell in row:
        if isinstance(cell, ExcelError):
            raise ErrorInData(cell, f"a condition holds {cell.text}")
    column, operator, value = row
    name = text_of(operator).casefold() or "="
    if isinstance(value, float):
        return _condition(text_of(column), name, [value])
    text = text_of(value)
    parts = [_unquoted(p) for p in _split(text, ",")] if name == "in" else [text]
    return _condition(text_of(column), name, parts)


def _condition(column: str, operator: str, values: list[str] | list[float]) -> Condition:
    if operator not in OPERATORS:
        raise WrongValue(f"{operator!r} is no comparison: use one of {' '.join(OPERATORS)}")
    if not column:
        raise WrongValue("a condition names no column")
    return Condition(column, "<>" if operator == "!=" else operator, tuple(values))


def _unquoted(text: str) -> str:
    body = text.strip()
    if len(body) > 1 and body[0] == body[-1] == "'":
        return body[1:-1].replace("''", "'")
    return body


def _split(text: str, separator: str) -> list[str]:
    """Split outside single quotes."""
    parts, start, quoted = [], 0, False
    for k, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif sign == separator and not quoted:
            parts.append(text[start:k])
            start = k + 1
    if quoted:
        raise WrongValue(f"a quote is not closed in {text.strip()!r}")
    return [*parts, text[start:]]
