"""A panel of an answer sheet: a heading, a chart, and below them an answer that may grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.style import LINE, NO_SYMBOL, STATUS, SYMBOLS

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


def put(page: Page, row: int, column: int, formula: str, of: Columns, room: int = ROOM) -> Answer:
    """Write a formula whose answer has a header row, and make its room ready.

    Args:
        page: The sheet.
        row: The row of the header.
        column: The first column.
        formula: The formula.
        of: The columns of the answer.
        room: Rows to format below the header.
    """
    for offset, (_, role) in enumerate(of):
        is_text = role in ("answer", "answer_any")
        more = {"indent": 1} if is_text and offset else {}  # apart from the numbers at its left
        head = page.styles.varied("head" if is_text else "head_right", **more)
        look = page.styles.varied(role, **more)
        if offset:
            page.sheet.write_blank(row, column + offset, None, head)
        for below in range(1, room + 1):
            page.sheet.write_blank(row + below, column + offset, None, look)
    page.answer(row, column, formula, "head" if of[0][1] == "answer" else "head_right")
    return Answer(page, row, column, tuple(name for name, _ in of), room)


def ruled(answer: Answer) -> Answer:
    """Draw a thin line below each row that an answer fills.

    Call it after other conditional formats: some programs show only the first of several.

    Args:
        answer: The answer.

    Returns:
        The same answer.
    """
    row, first = answer.row + 1, answer.column
    answer.page.sheet.conditional_format(
        row,
        first,
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


def status_colours(page: Page, row: int, column: int, rows: int) -> None:
    """Colour status words; the word itself stays.

    Args:
        page: The sheet.
        row: The first row.
        column: The column of the words.
        rows: How many rows.
    """
    for word, (ink, ground) in STATUS.items():
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


def signals(page: Page, answer: Answer, column: int, room: int = ROOM) -> None:
    """Write a shape beside each status word, so that colour is not all there is.

    Args:
        page: The sheet.
        answer: An answer with a column ``status``.
        column: Where the shapes go.
        room: Rows below the header that are made ready.
    """
    words = answer.values("status")
    text = f'"{NO_SYMBOL}"'
    for word, symbol in (*SYMBOLS.items(), ("status", "")):
        text = f'IF({words}="{word}","{symbol}",{text})'
    page.answer(answer.row, column, f'=IFERROR({text},"")', "signal")
    for below in range(1, room + 1):
        page.sheet.write_blank(answer.row + below, column, None, page.styles["signal"])
    where = xl_range(answer.row + 1, column, answer.row + room, column)
    for word, symbol in SYMBOLS.items():
        page.sheet.conditional_format(
            where,
            {
                "type": "cell",
                "criteria": "==",
                "value": f'"{symbol}"',
                "format": page.styles.alone(font_color=STATUS[word][0]),
            },
        )
