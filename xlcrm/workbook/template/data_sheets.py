"""The data sheets: one Table each, with formats, lists to choose from, and help on its headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from xlcrm.model.kinds.shape import Column, ColumnType
from xlcrm.model.schema import kind
from xlcrm.model.settings import SETTINGS
from xlcrm.workbook.sample import SampleTable
from xlcrm.workbook.template.entries import FROM_TABLES, entry_rule
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.style import DATE, MONEY
from xlcrm.workbook.template.tables import CHOICES, DataTable, list_table

_HEADER = 3
_WIDEST = 44
_PERIOD = "period"
"""A column of text, so that a month such as 2026-03 is not made a day."""
_FORMATS = {ColumnType.AMOUNT: MONEY, ColumnType.SHARE: "0%", ColumnType.DATE: DATE}


def define_lists(workbook: Any) -> None:
    """Name the columns that cells choose from, since a validation cannot name a Table itself.

    Args:
        workbook: The workbook being written.
    """
    for column, cells in FROM_TABLES.items():
        workbook.define_name(f"pick_{column}", f"={cells}")
    for name in CHOICES:
        workbook.define_name(f"pick_{name}", f"={list_table(name)}[{name}]")


def write_data(page: Page, table: DataTable, given: SampleTable) -> None:
    """Write a sheet with its Table.

    Args:
        page: The sheet.
        table: The Table.
        given: Its headers and rows.
    """
    declared = _columns(table, given.headers)
    page.write(0, 0, table.title, "title")
    page.write(1, 0, _advice(table), "subtitle")
    page.sheet.set_row(0, 32)
    last = _HEADER + len(given.rows)
    formats = [_cell_format(page, table, column) for column in declared]
    page.sheet.add_table(
        _HEADER,
        0,
        last,
        len(given.headers) - 1,
        {
            "name": table.name,
            "style": "Table Style Light 1",
            "data": given.rows,
            "columns": [
                {"header": header, "header_format": page.styles["data_head"], "format": look}
                for header, look in zip(given.headers, formats, strict=True)
            ],
        },
    )
    page.sheet.set_row(_HEADER, 22)
    for place, column in enumerate(declared):
        page.sheet.set_column(place, place, _width(given, place))
        _entries(page, table, column, place, last)
        _help(page, column, place)
    if table.name == "Settings":
        _setting_cells(page, given)
    page.sheet.freeze_panes(_HEADER + 1, 1)
    page.sheet.repeat_rows(_HEADER)
    page.sheet.fit_to_pages(1, 0)
    whole = f"A{_HEADER + 2}:{xl_col_to_name(len(given.headers) - 1)}1048576"
    page.sheet.ignore_errors({"number_stored_as_text": whole})


def _columns(table: DataTable, headers: Sequence[str]) -> list[Column]:
    known = {column.name: column for column in kind(table.kind).columns} if table.kind else {}
    return [known.get(name) or _unknown(name) for name in headers]


def _unknown(name: str) -> Column:
    """Describe a column that is no kind's: the log of imports, the help of settings."""
    types = {"imported on": ColumnType.DATE} | dict.fromkeys(
        ("rows in file", "rows placed", "amount in file", "amount placed", "could not place"),
        ColumnType.AMOUNT,
    )
    return Column(name, types.get(name, ColumnType.TEXT), "")


def _advice(table: DataTable) -> str:
    if not table.kind:
        return table.advice
    return f"{table.advice} Needed: {', '.join(kind(table.kind).required)}."


def _cell_format(page: Page, table: DataTable, column: Column) -> Any:
    if table.name == "Settings" and column.name in ("default", "meaning"):
        return page.styles.varied("subtitle", align="left", indent=1)
    if table.name == "Settings" and column.name == "name":
        return page.styles["line"]
    shown = _FORMATS.get(column.type)
    if column.name == _PERIOD:
        shown = "@"
    more: dict[str, Any] = {"num_format": shown} if shown else {}
    if column.type in (ColumnType.TEXT, ColumnType.ID, ColumnType.DATE):
        more |= {"align": "left", "indent": 1}  # apart from numbers at the left
    return page.styles.varied("entered", **more)


def _setting_cells(page: Page, given: SampleTable) -> None:
    """Mark the cells to type in, and let words be chosen."""
    for number, row in enumerate(given.rows, _HEADER + 1):
        setting, value = SETTINGS[str(row[0])], row[1]
        role = "input_date" if setting.name == "as_of" else "input"
        if isinstance(value, date):
            page.sheet.write_datetime(number, 1, value, page.styles[role])
        else:
            page.write(number, 1, value, role)
        if setting.choices and "," not in setting.choices:  # which would part the list
            source = {"validate": "list", "source": list(setting.choices)}
            page.sheet.data_validation(number, 1, number, 1, source)


def _width(given: SampleTable, place: int) -> float:
    shown = [given.headers[place] + "    "]
    for row in given.rows:
        value = row[place]
        if isinstance(value, float):
            shown.append(f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:g}")
        elif value is not None:
            shown.append(str(value))
    if given.headers[place] == "meaning":
        return 104.0
    return float(min(_WIDEST, max(10, max(map(len, shown)) + 2)))


def _entries(page: Page, table: DataTable, column: Column, place: int, last: int) -> None:
    """Say what may be typed: a rule that covers just the Table's rows grows with them."""
    cell = xl_rowcol_to_cell(_HEADER + 1, place)
    rule = entry_rule(table.kind, column, cell) if table.kind else None
    if rule:
        page.sheet.data_validation(_HEADER + 1, place, last, place, dict(rule))


def _help(page: Page, column: Column, place: int) -> None:
    """Let a chosen header say what its column holds."""
    if not column.meaning:
        return
    meaning = column.meaning + (" Needed." if column.required else "")
    page.sheet.data_validation(
        _HEADER,
        place,
        _HEADER,
        place,
        {"validate": "any", "input_title": column.name[:32], "input_message": meaning[:255]},
    )


def write_lists(page: Page, rows: Mapping[str, SampleTable]) -> None:
    """Write the sheet of lists: a small Table for each.

    Args:
        page: The sheet.
        rows: All Tables by their names.
    """
    page.write(0, 0, "Lists: the words that cells offer to choose from", "title")
    page.write(
        1, 0, "Type below a list to make it longer; the cells that use it follow.", "subtitle"
    )
    page.sheet.set_row(0, 32)
    for number, name in enumerate(CHOICES):
        given = rows[list_table(name)]
        page.sheet.add_table(
            _HEADER,
            2 * number,
            _HEADER + len(given.rows),
            2 * number,
            {
                "name": list_table(name),
                "style": "Table Style Light 1",
                "data": given.rows,
                "autofilter": False,
                "columns": [
                    {
                        "header": name,
                        "header_format": page.styles["data_head"],
                        "format": page.styles["entered"],
                    }
                ],
            },
        )
        page.sheet.set_column(2 * number, 2 * number, 20)
        page.sheet.set_column(2 * number + 1, 2 * number + 1, 3)
    page.sheet.freeze_panes(_HEADER + 1, 0)
    page.sheet.repeat_rows(_HEADER)
    page.sheet.fit_to_pages(1, 0)
