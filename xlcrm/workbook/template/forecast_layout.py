"""Where everything stands on the sheet Forecast: its panels, their columns, and how it prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, Columns, trouble

WHEN, WHO, IFS, SURE, STAGES, PAST, GOOD, WHY, DATA = 1, 19, 37, 52, 67, 79, 99, 111, 115
"""The first columns of the panels, and of the chart data behind them."""

TITLE, NOTE, TILES, TROUBLE, HEADINGS, CHARTS = 0, 1, 2, 5, 6, 7
"""The rows of the first screen, down to its charts."""
TABLES, RANGES, MONTHS = 21, 25, 30
"""The headers of its tables: where it lands, the range, the forecast by month."""

INPUTS, SAID, DRAWN, LOWER = 2, 4, 5, 30
"""The rows of the other panels: inputs, why an answer is missing, charts, tables."""
TALL = 480
"""The height of their charts, in pixels."""
SPANS = ("this month", "this quarter", "this year")
"""What lands."""
LAST = 68
"""The last row that is printed."""

MONEY: Columns = (
    ("won", "answer_money"),
    ("commit", "answer_money"),
    ("best_case", "answer_money"),
    ("weighted", "answer_money"),
    ("open", "answer_money"),
    ("total", "answer_money"),
    ("overdue", "answer_money"),
    ("override", "answer_money"),
    ("deals", "answer_money"),
    ("method", "answer"),
    ("replaced", "answer_money"),
    ("override_by", "answer_wrapped"),
    ("override_why", "answer_wrapped"),
    ("create_and_close", "answer_money"),
    ("landing", "answer_money"),
    ("note", "answer_small"),
)
RANGE: Columns = (
    ("deals", "answer_money"),
    ("won", "answer_money"),
    ("mean", "answer_money"),
    ("deviation", "answer_money"),
    ("p10", "answer_money"),
    ("p50", "answer_money"),
    ("p90", "answer_money"),
    ("target", "answer_money"),
    ("probability", "answer_share"),
    ("rho", "answer_ratio"),
    ("unit", "answer_money"),
    ("movers", "answer_small"),
    ("method", "answer"),
)

_FORECASTS = (100, *[82] * 11, 145, 440, 116, 78, 258)
_WIDTHS = {
    WHEN: _FORECASTS,
    WHO: _FORECASTS,
    IFS: (210, *[80] * 11, 90, 860),
    SURE: (80, *[76] * 11, 400, 90),
    STAGES: (110, *[94] * 10),
    PAST: (90, *[86] * 5, 110, 240, 24, 70, 70, 80, 80, 70, 70, 80, 80, 100, 420),
    GOOD: (100, *[90] * 9, 730),
    WHY: (220, 900),
    DATA: (60, 60, 190, *[90] * 8),
}
"""The widths of the columns of each panel, in pixels."""
_GAP = 24


@dataclass(frozen=True)
class Asked:
    """The cells in which the manager says what is asked for."""

    period: str
    where: str
    overdue: str
    method: str
    landing: str
    figure: str

    @property
    def how(self) -> str:
        """The last arguments of a range: its treatment of overdue deals, and the method."""
        return f',,,{self.overdue},"range",{self.method}'


def cell_of(answer: Answer, span: int, name: str) -> str:
    """Give the cell of a span.

    Args:
        answer: An answer with a row for each span.
        span: The number of the span, from 0.
        name: The column.
    """
    return answer.page.at(answer.row + 1 + span, answer.column + answer.names.index(name))


def set_up(page: Page) -> None:
    """Size columns and rows, freeze the head, and set the page up for print.

    Args:
        page: The sheet.
    """
    page.sheet.set_column_pixels(0, 0, 16)
    for first, widths in _WIDTHS.items():
        for offset, width in enumerate(widths):
            page.sheet.set_column_pixels(first + offset, first + offset, width)
        last = first + len(widths)
        page.sheet.set_column_pixels(last, last, _GAP)
    page.sheet.set_row_pixels(TITLE, 36)
    page.sheet.set_row_pixels(NOTE, 22)
    page.sheet.set_row_pixels(TILES + 1, 30)
    page.sheet.set_row_pixels(HEADINGS, 28)
    page.sheet.freeze_panes(TILES, 0)
    page.sheet.set_zoom(85)
    page.sheet.set_print_scale(46)
    page.sheet.print_across()
    page.sheet.repeat_rows(TITLE, NOTE)
    page.sheet.print_area(0, 0, LAST, WHY + 1)
    page.sheet.set_v_pagebreaks([first - 1 for first in (WHO, IFS, SURE, STAGES, PAST, GOOD, WHY)])


def headed(page: Page, column: int, title: str, note: str, answers: Sequence[Answer]) -> None:
    """Write the head of a panel: its message, what is shown, and why an answer is missing.

    Args:
        page: The sheet.
        column: The first column of the panel.
        title: The message, as a formula.
        note: What is shown.
        answers: The answers of the panel.
    """
    page.formula(TITLE, column, title, "title")
    page.write(NOTE, column, note, "subtitle")
    trouble(page, SAID, column, answers)
