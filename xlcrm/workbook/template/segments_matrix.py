"""What moves each segment as a matrix: how important each need is, and the lever that it is."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, status_colours
from xlcrm.workbook.template.segments_colours import LEVERS as LEVER_COLOURS
from xlcrm.workbook.template.segments_layout import CHARTS, FIRST
from xlcrm.workbook.template.style import WHITE

ROWS, NEEDS = 12, 6
"""How many segments and needs the matrices have room for."""
TOP = CHARTS + 1
"""The row of their headers."""
LEVERS = FIRST["needs"] + NEEDS + 2
"""The first column of the matrix of levers."""
_HEAT = "#8FBED6"
"""The ground of the most important need: dark text on it has 4.5:1 and more."""


def write_matrices(page: Page, needs: Answer) -> None:
    """Write both matrices: a row for each segment, a column for each need.

    Args:
        page: The sheet.
        needs: The answer, a row for each need of a segment.
    """
    first = FIRST["needs"]
    page.write(CHARTS, first, "Importance: share of answers that name it", "note")
    page.write(CHARTS, LEVERS, "Lever: what to do about it", "note")
    page.answer(TOP, first, f'=IFERROR(INDEX({needs.spill},1,1),"")', "head")
    kinds, names = needs.values("by"), needs.values("need")
    for number in range(NEEDS):
        head = f'=IFERROR(INDEX(UNIQUE({names}),{number + 2}),"")'
        page.answer(TOP, first + 1 + number, head, "head_right")
        page.answer(TOP, LEVERS + number, f"={_at(TOP, first + 1 + number)}", "head")
    for row in range(TOP + 1, TOP + 1 + ROWS):
        label = f'=IFERROR(INDEX(UNIQUE({kinds}),{row - TOP + 1}),"")'
        page.answer(row, first, label, "answer")
        for number in range(NEEDS):
            for column, name, role in (
                (first + 1, "importance", "answer_share"),
                (LEVERS, "lever", "answer"),
            ):
                head = xl_rowcol_to_cell(TOP, first + 1 + number, row_abs=True, col_abs=True)
                of = xl_rowcol_to_cell(row, first, col_abs=True)
                text = (
                    f'=IFERROR(XLOOKUP({of}&"|"&{head},{kinds}&"|"&{names},'
                    f'{needs.values(name)},""),"")'
                )
                page.answer(row, column + number, text, role)
    _heated(page, first)
    for number in range(NEEDS):
        status_colours(page, TOP + 1, LEVERS + number, ROWS, LEVER_COLOURS)


def _at(row: int, column: int) -> str:
    return str(xl_rowcol_to_cell(row, column))


def _heated(page: Page, first: int) -> None:
    """Let the ground tell how important a need is: white for 0, the darkest for the most."""
    page.sheet.conditional_format(
        TOP + 1,
        first + 1,
        TOP + ROWS,
        first + NEEDS,
        {
            "type": "2_color_scale",
            "min_color": WHITE,
            "max_color": _HEAT,
            "min_type": "num",
            "min_value": 0,
            "max_type": "max",
        },
    )
