"""Parts that the lower panels of the sheet Customers share: whole answers, and views of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import TEXTS, Answer, Columns, account_name, dashed, put

DATA = 150
"""The first column of what the lower charts are drawn from: right of all whole answers above."""
WHOLE = 165
"""The first column of the whole answers of the lower panels."""
NOTES, INPUTS, TROUBLE, BODY = 1, 2, 4, 5
"""Rows below the heading of a panel: of its note, inputs, reason of an error, and answer."""
CHART_ROWS = 14
"""Rows that a chart of a panel covers."""
CHART_HEIGHT = 278


@dataclass(frozen=True)
class Shown:
    """A column of a view.

    Attributes:
        name: The column of the whole answer.
        title: The word above it.
        role: What its cells look like.
        formula: What becomes of its cells, ``{}`` standing for them.
        wide: How many columns of the sheet its texts may cover.
        number_format: The format of its numbers; "" for that of the role.
        named: Whether it holds ids of accounts, whose names are shown.
    """

    name: str
    title: str
    role: str
    formula: str = "{}"
    wide: int = 1
    number_format: str = ""
    named: bool = False


def whole(page: Page, row: int, column: int, call: str, of: Columns, room: int = 200) -> Answer:
    """Write an answer as a whole, far right of the panels.

    Args:
        page: The sheet.
        row: The row of its header.
        column: Its first column.
        call: The call that answers.
        of: Its columns.
        room: Rows that are formatted for it.
    """
    return put(page, row, column, dashed(call), of, room)


def view(
    page: Page,
    row: int,
    column: int,
    of: Answer,
    chosen: Sequence[Shown],
    room: int,
    count: str = "",
) -> Answer:
    """Show the first rows of some columns of a whole answer; nothing where it is an error.

    Args:
        page: The sheet.
        row: The row of the header.
        column: The first column.
        of: The whole answer.
        chosen: The columns that are shown.
        room: The most rows there is room for.
        count: The cell that says how many rows to list; "" for as many as there is room for.

    Returns:
        What is shown, as an answer of which only the cells are asked for, not the spill.
    """
    limit = f"MIN({room},{count})" if count else f"{room}"
    names: list[str] = []
    for one in chosen:
        at = column + len(names)
        _ready(page, row, at, one, room, first=not names)
        look = page.styles.varied(one.role, **_look(one, first=not names))
        if one.named:
            _named(page, row, at, of, one.name, room, limit, look)
        else:
            cells = one.formula.replace("{}", first_rows(of, one.name, limit))
            text = f'=IFERROR({cells},"")'
            page.sheet.write_dynamic_array_formula(row + 1, at, row + 1, at, text, look)
        names += [one.name, *[""] * (one.wide - 1)]
    return Answer(page, row, column, tuple(names), room)


def _named(
    page: Page, row: int, column: int, of: Answer, name: str, room: int, limit: str, look: Any
) -> None:
    """Write the names of accounts below a header, by the ids of the whole answer."""
    for number in range(1, room + 1):
        key = of.page.at(of.row + number, of.column + of.names.index(name))
        text = f'=IF({number}>{limit},"",{account_name(key)[1:]})'
        page.sheet.write_formula(row + number, column, text, look, "")


def first_rows(of: Answer, name: str, limit: str) -> str:
    """Give the cells of a column below its header, up to a number of rows.

    Args:
        of: The answer.
        name: The column.
        limit: How many.
    """
    number = f"SEQUENCE(ROWS({of.spill}))"
    return f"FILTER({of.values(name)},({number}>1)*({number}<={limit}+1))"


def _ready(page: Page, row: int, column: int, one: Shown, room: int, *, first: bool) -> None:
    """Write the word above a column, and make its cells ready."""
    look = _look(one, first=first)
    head = page.styles.varied("head" if one.role in TEXTS else "head_right", **look)
    body = page.styles.varied(one.role, **look)
    page.sheet.write_string(row, column, one.title, head)
    for offset in range(1, one.wide):
        page.sheet.write_blank(row, column + offset, None, head)
    for below in range(1, room + 1):
        for offset in range(one.wide):
            page.sheet.write_blank(row + below, column + offset, None, body)


def _look(one: Shown, *, first: bool) -> dict[str, Any]:
    """Keep texts apart from the numbers at their left; numbers may have a format of their own."""
    if one.role in TEXTS:
        return {} if first else {"indent": 1, "align": "left"}
    return {"num_format": one.number_format} if one.number_format else {}


def message(page: Page, row: int, column: int, text: str, plain: str) -> None:
    """Write a heading that says what is to be seen, or plain words where there are no figures.

    Args:
        page: The sheet.
        row: Its row.
        column: Its column.
        text: A formula without its sign.
        plain: What stands there where the formula is an error.
    """
    page.sheet.write_dynamic_array_formula(
        row, column, row, column, f'=IFERROR({text},"{plain}")', page.styles["heading"], "-"
    )


def linked(page: Page, row: int, column: int, of: Answer, text: str) -> None:
    """Lead from a panel to its whole answer.

    Args:
        page: The sheet.
        row: The row of the heading.
        column: The last column of the panel.
        of: The whole answer.
        text: What is to be found there.
    """
    to = f"internal:'{page.name}'!{of.cell.replace('$', '')}"
    look = page.styles.varied("link", align="right")
    page.sheet.write_url(row + INPUTS + 1, column, to, look, f"{text} →")


def percent(figure: str) -> str:
    """Write a share as whole percent."""
    return f'ROUND(100*{figure},0)&" %"'


def thousand(figure: str) -> str:
    """Write an amount in thousands of the currency."""
    return f'FIXED({figure}/1000,0)&" thousand "&Currency'


def counted(number: str, one: str, more: str) -> str:
    """Write a number and the word for what it counts.

    Args:
        number: The formula of the number.
        one: The word for one.
        more: The word for any other number.
    """
    return f'{number}&IF({number}=1," {one}"," {more}")'
