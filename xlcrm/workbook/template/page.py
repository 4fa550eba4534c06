"""A sheet as a page: its title, what is frozen, and how it prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from xlcrm.workbook.template.style import ACCENT, MUTED, Styles


class Role(StrEnum):
    """What a sheet is for, shown by the colour of its tab."""

    ANSWERS = ACCENT
    DATA = "#C9A94B"
    WORKINGS = MUTED


A4 = 9


@dataclass(frozen=True)
class Page:
    """A sheet being written, with the workbook's formats."""

    name: str
    sheet: Any
    styles: Styles

    def write(self, row: int, column: int, value: Any, role: str = "line") -> None:
        """Write a constant; text stays text, whatever it begins with."""
        style = self.styles[role]
        if value is None:
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, value, style)
        else:
            self.sheet.write(row, column, value, style)

    def formula(self, row: int, column: int, text: str, role: str = "line") -> None:
        """Write a native formula with one result, a number until it is computed."""
        self.sheet.write_formula(row, column, text, self.styles[role])

    def worded(self, row: int, column: int, text: str, role: str = "line") -> None:
        """Write a native formula with one result, a text: charts must know that it is one."""
        self.sheet.write_formula(row, column, text, self.styles[role], "-")

    def answer(self, row: int, column: int, text: str, role: str = "answer") -> None:
        """Write a formula whose result may spill, so that Excel asks for no intersection."""
        self.sheet.write_dynamic_array_formula(row, column, row, column, text, self.styles[role])

    def at(self, row: int, column: int) -> str:
        """Give the fixed address of a cell, for formulas on the same sheet."""
        return str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))

    def address(self, row: int, column: int) -> str:
        """Give the fixed address of a cell, for formulas anywhere."""
        return f"{quote_sheetname(self.name)}!{self.at(row, column)}"


def added(workbook: Any, name: str, role: Role, styles: Styles) -> Page:
    """Add a sheet set up for reading and printing.

    Args:
        workbook: The workbook being written.
        name: The sheet's name.
        role: What it is for.
        styles: The workbook's formats.
    """
    sheet = workbook.add_worksheet(name)
    sheet.set_vba_name(code_name(name))
    sheet.hide_gridlines(2)
    sheet.set_tab_color(str(role))
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer("&L&8&F  ·  &A&R&8page &P of &N")
    return Page(name, sheet, styles)


def code_name(sheet: str) -> str:
    """Give the name by which VBA knows a sheet."""
    return sheet.strip("_").replace(" ", "") + "Sheet"


def columns(page: Page, widths: Mapping[int, float] | Sequence[float]) -> None:
    """Set the widths of columns, by their numbers or from the first on."""
    numbered = widths if isinstance(widths, Mapping) else dict(enumerate(widths))
    for column, width in numbered.items():
        page.sheet.set_column(column, column, width)


def total_pixels(widths: Mapping[int, float], first: int, last: int) -> int:
    """Give how wide columns are together, the first and the last included.

    Args:
        widths: The width of each column, in characters.
        first: The first column.
        last: The last.
    """
    return sum(int(7 * widths[column] + 5) for column in range(first, last + 1))


def printed_across(page: Page, scale: int) -> None:
    """Keep the title in sight, and let the sheet print from left to right at a scale in percent."""
    page.sheet.freeze_panes(2, 0)
    page.sheet.set_zoom(85)
    page.sheet.set_margins(left=0.3, right=0.3, top=0.5, bottom=0.6)
    page.sheet.set_print_scale(scale)
    page.sheet.print_across()
    page.sheet.repeat_rows(0, 1)
