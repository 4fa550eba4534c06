"""Where the panels of the sheet Customers stand: three bands of columns, and rows of panels."""

from __future__ import annotations

from xlcrm.workbook.template.page import Page, columns, total_pixels

TILES, TROUBLE, INPUTS, HEADINGS, CHARTS, LIST, TABLES = 2, 5, 6, 8, 9, 21, 22
"""Rows of the first screen: from the headline figures down to the header of its answers."""
ROOM = 20
"""Rows below that header."""
SECOND = 44
"""The row of the headings of the second row of panels."""
SECOND_TABLES, SECOND_ROOM = SECOND + 2, 20
"""The row of the header of its answers, and the rows below that."""
RETENTION_ROW = 68
"""The first row of what tells who leaves and who stays."""

FIRST = {"A": 1, "B": 9, "C": 17}
"""The first column of each band, which is wider than the others."""
LAST = {"A": 7, "B": 15, "C": 25}
"""The last column of each band."""
CHART_DATA = 32
"""The first column of what charts are drawn from, and of whole answers of a few rows."""
WHOLE = 90
"""The first column of answers as long as there are customers: nothing stands below them."""

MARGIN, WIDE, NARROW, GAP = 2.0, 22.0, 11.0, 3.0
"""Widths of columns, in characters."""
_OTHERWISE = {18: 10.5, 19: 9.0, 21: 13.5, 22: 9.0, 23: 10.5, 24: 10.5}
HEIGHT = 236
"""The height of charts of the first screen in pixels: from `CHARTS` to `LIST`."""


def _widths() -> dict[int, float]:
    widths = {0: MARGIN}
    for band, first in FIRST.items():
        widths[first] = WIDE
        widths |= dict.fromkeys(range(first + 1, LAST[band] + 1), NARROW)
        widths[LAST[band] + 1] = GAP
    return widths | _OTHERWISE


def pixels(first: int, last: int) -> int:
    """Give how wide columns are together in pixels, the first and the last included."""
    return total_pixels(_widths(), first, last)


def across(band: str) -> int:
    """Give how wide a band is, in pixels."""
    return pixels(FIRST[band], LAST[band])


def set_up(page: Page, last_row: int) -> None:
    """Set widths and heights, what is frozen, and how the sheet prints.

    Args:
        page: The sheet.
        last_row: The last row that is printed.
    """
    columns(page, _widths())
    for row, height in (
        (0, 26), (1, 16), (TILES + 1, 22), (INPUTS + 1, 18), (HEADINGS, 22), (SECOND, 26),
        (SECOND_TABLES, 30), (RETENTION_ROW, 26),
    ):  # fmt: skip
        page.sheet.set_row(row, height)
    page.sheet.freeze_panes(2, 0)
    page.sheet.set_zoom(85)
    page.sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.5)
    page.sheet.fit_to_pages(1, 0)
    page.sheet.repeat_rows(0, 1)
    page.sheet.print_area(0, 0, last_row, LAST["C"])
    page.sheet.set_h_pagebreaks([RETENTION_ROW])
