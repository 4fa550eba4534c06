"""A panel of an answer sheet: a heading, a chart, and below them an answer that may grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.style import (
    LINE,
    NO_SYMBOL,
    SEVERITY,
    SEVERITY_SYMBOLS,
    STATUS,
    SYMBOLS,
)

ROOM = 200
"""Rows below an answer that are formatted for it to grow."""


@dataclass(frozen=True)
class Answer:
    """Where an answer stands: the first cell of its spill, on its own sheet."""

    page: Page
    row: int
    column: int
    names: tuple[str, ...]
    room: int = ROOM

    @property
    def cell(self) -> str:
        """The cell of its formula."""
        return self.page.at(self.row, self.column)

    @property
    def spill(self) -> str:
        """All its cells."""
        return f"ANCHORARRAY({self.cell})"

    def values(self, name: str) -> str:
        """All cells of one column, its header included."""
        return f"INDEX({self.spill},0,{self.names.index(name) + 1})"


Columns = Sequence[tuple[str, str]]
"""The names of an answer's columns, each with the role of its cells."""

TEXTS = (
    "answer",
    "answer_any",
    "answer_text",
    "answer_shrunk",
    "answer_small",
    "answer_wrapped",
)
"""The roles of cells that hold texts."""


def put(
    page: Page,
    row: int,
    column: int,
    formula: str,
    of: Columns,
    room: int = ROOM,
    **look: Any,
) -> Answer:
    """Write a formula whose answer has a header row, and make its room ready.

    Args:
        page: The sheet.
        row: The row of the header.
        column: The first column.
        formula: The formula.
        of: The columns of the answer.
        room: Rows to format below the header.
        look: Further properties of the cells below it, in XlsxWriter's words.
    """
    _ready(page, row, column, of, room, look)
    page.answer(row, column, formula, "head" if of[0][1] == "answer" else "head_right")
    return Answer(page, row, column, tuple(name for name, _ in of), room)


def _ready(
    page: Page, row: int, column: int, of: Columns, room: int, look: Mapping[str, Any]
) -> list[Any]:
    """Make the room of an answer ready, and give the format of each header."""
    heads = []
    for offset, (_, role) in enumerate(of):
        is_text = role in TEXTS
        # apart from the numbers at its left
        more = {"indent": 1, "align": "left"} if is_text and offset else {}
        heads.append(page.styles.varied("head" if is_text else "head_right", **more))
        body = page.styles.varied(role, **more, **look)
        if offset:
            page.sheet.write_blank(row, column + offset, None, heads[-1])
        for below in range(1, room + 1):
            page.sheet.write_blank(row + below, column + offset, None, body)
    return heads


def picked(
    page: Page, row: int, column: int, of: Answer, chosen: Columns, room: int = ROOM
) -> Answer:
    """Show some columns of an answer that stands elsewhere, each by a formula of its own.

    Args:
        page: The sheet.
        row: The row of the header.
        column: The first column.
        of: The answer.
        chosen: The names of the columns that are shown, each with the role of its cells.
        room: Rows to format below the header.

    Returns:
        What is shown, as an answer of which only the cells are asked for, not the spill.
    """
    heads = _ready(page, row, column, chosen, room, {})
    for offset, ((name, _), head) in enumerate(zip(chosen, heads, strict=True), column):
        text = f"=INDEX({of.spill},0,{of.names.index(name) + 1})"
        page.sheet.write_dynamic_array_formula(row, offset, row, offset, text, head)
    return Answer(page, row, column, tuple(name for name, _ in chosen), room)


def ruled(answer: Answer, before: int = 0) -> Answer:
    """Draw a thin line below each row that an answer fills.

    Call it after other conditional formats: some programs show only the first of several.

    Args:
        answer: The answer.
        before: Columns at its left that belong to it.

    Returns:
        The same answer.
    """
    row, first = answer.row + 1, answer.column
    answer.page.sheet.conditional_format(
        row,
        first - before,
        answer.row + answer.room,
        first + len(answer.names) - 1,
        {
            "type": "formula",
            "criteria": f'={xl_rowcol_to_cell(row, first, col_abs=True)}<>""',
            "format": answer.page.styles.alone(bottom=1, bottom_color=LINE),
        },
    )
    return answer


def trouble(page: Page, row: int, column: int, answers: Sequence[Answer]) -> None:
    """Write the line that says why an answer shows an error; blank where none does.

    Args:
        page: The sheet.
        row: The row of the line.
        column: Its column.
        answers: The answers, the one that others rest on first.
    """
    text = '""'
    for answer in reversed(answers):
        text = f'IF(ISERROR({answer.cell}),"▼ "&CRM_ERROR({answer.cell}),{text})'
    page.answer(row, column, f"={text}", "trouble")


def dashed(formula: str) -> str:
    """Let cells without a figure show a dash, and an answer that failed its error.

    Args:
        formula: A call whose cells may hold errors.
    """
    a = "_xlpm.a"
    return f'=LET({a},{formula},IF(ISERROR(INDEX({a},1,1)),{a},IFERROR({a},"-")))'


def status_colours(
    page: Page,
    row: int,
    column: int,
    rows: int,
    words: Mapping[str, tuple[str, str]] = STATUS,
) -> None:
    """Colour status words; the word itself stays.

    Args:
        page: The sheet.
        row: The first row.
        column: The column of the words.
        rows: How many rows.
        words: The ink and ground of each word.
    """
    for word, (ink, ground) in words.items():
        page.sheet.conditional_format(
            row,
            column,
            row + rows - 1,
            column,
            {
                "type": "cell",
                "criteria": "==",
                "value": f'"{word}"',
                "format": page.styles.alone(
                    font_color=ink, bg_color=ground, bold=True, bottom=1, bottom_color=LINE
                ),
            },
        )


def signals(
    page: Page,
    answer: Answer,
    column: int,
    room: int = ROOM,
    head: str = "status",
    row: int | None = None,
    **look: Any,
) -> None:
    """Write a shape beside each status word, so that colour is not all there is.

    Args:
        page: The sheet.
        answer: An answer with a column of such words.
        column: Where the shapes go.
        room: Rows below the header that are made ready.
        head: The name of that column: ``status`` or ``severity``.
        row: The row of the header beside which they go; None for that of the answer.
        look: Further properties of the cells, in XlsxWriter's words.
    """
    symbols, inks = (SYMBOLS, STATUS) if head == "status" else (SEVERITY_SYMBOLS, SEVERITY)
    words = answer.values(head)
    text = f'"{NO_SYMBOL}"'
    for word, symbol in (*symbols.items(), (head, "")):
        text = f'IF({words}="{word}","{symbol}",{text})'
    top = answer.row if row is None else row
    page.answer(top, column, f'=IFERROR({text},"")', "signal")
    for below in range(1, room + 1):
        page.sheet.write_blank(top + below, column, None, page.styles.varied("signal", **look))
    where = xl_range(top + 1, column, top + room, column)
    for word, symbol in symbols.items():
        page.sheet.conditional_format(
            where,
            {
                "type": "cell",
                "criteria": "==",
                "value": f'"{symbol}"',
                "format": page.styles.alone(font_color=inks[word][0]),
            },
        )


def scored_bars(page: Page, answer: Answer, name: str, full: float = 100) -> None:
    """Lay a bar behind each score.

    Args:
        page: The sheet.
        answer: The answer.
        name: Its column with scores.
        full: The score at which a bar is full; an empty one is at 0.
    """
    column = answer.column + answer.names.index(name)
    page.sheet.conditional_format(
        answer.row + 1,
        column,
        answer.row + answer.room,
        column,
        {
            "type": "data_bar",
            "bar_color": "#A9CBDB",
            "bar_solid": True,
            "min_type": "num",
            "min_value": 0,
            "max_type": "num",
            "max_value": full,
        },
    )


def account_name(key: str) -> str:
    """Give the formula of an account's name: its id where it has none, blank where there is none.

    Args:
        key: The cell of its id.
    """
    name = f'XLOOKUP({key},Accounts[account_id],Accounts[name],"")'
    return f'=IF({key}="","",IF(LEN({name})=0,{key},{name}))'
