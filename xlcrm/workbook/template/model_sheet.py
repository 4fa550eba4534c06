"""The sheet Model: the Tables become handles, and the handles the one model all answers ask."""

from __future__ import annotations

from typing import Any

from xlcrm.workbook.template.buttons import refresh_button
from xlcrm.workbook.template.page import Page, columns
from xlcrm.workbook.template.tables import DATA

NAME = "Model"
_MODEL, _FIRST, _ROOM = 2, 4, 32
_HANDLE = 3


def write_model(workbook: Any, page: Page) -> str:
    """Write the sheet and define the name Model.

    Args:
        workbook: The workbook being written.
        page: The sheet.

    Returns:
        The address of all cells with handles.
    """
    kinds = [table for table in DATA if table.kind]
    last = _FIRST + _ROOM - 1
    handles = f"{page.at(_FIRST, _HANDLE)}:{page.at(last, _HANDLE)}"
    columns(page, [2, 14, 16, 58, 90])
    page.write(0, 1, "Model: the tables that all answers are read from", "title")
    page.write(
        1,
        1,
        "Each Table is read once and stands here as a handle; a Table without rows shows #N/A and "
        "is passed over. For another table, type its kind, its Table and =CRM_TABLE(kind, "
        "Table[#All]) in a free row.",
        "subtitle",
    )
    refresh_button(page, 0, _HANDLE + 1)
    page.write(_MODEL, 1, "Model", "key")
    page.write(_MODEL, 2, "all tables below", "label")
    page.answer(_MODEL, _HANDLE, f"=CRM_MODEL({handles})", "handle")
    page.answer(_MODEL, _HANDLE + 1, _reason(page, _MODEL), "trouble")
    workbook.define_name("Model", f"={page.address(_MODEL, _HANDLE)}")
    for column, head in enumerate(("kind", "Table", "handle", "why there is none"), 1):
        page.write(_FIRST - 1, column, head, "column")
    for row, table in enumerate(kinds, _FIRST):
        page.write(row, 1, table.kind, "line")
        page.sheet.write_url(row, 2, f"internal:'{table.name}'!A1", page.styles["link"], table.name)
        page.answer(row, _HANDLE, f'=CRM_TABLE("{table.kind}",{table.name}[#All])', "handle")
        page.answer(row, _HANDLE + 1, _reason(page, row), "trouble")
    for row in range(_FIRST + len(kinds), last + 1):
        for column in (1, 2, 3):
            page.write(row, column, None, "input")
    page.sheet.set_row(0, 32)
    page.sheet.set_row(_MODEL, 24)
    page.sheet.set_row(_FIRST - 1, 22)
    page.sheet.freeze_panes(_FIRST, 0)
    page.sheet.repeat_rows(_FIRST - 1)
    page.sheet.fit_to_pages(1, 0)
    return f"{page.name}!{page.at(_FIRST, _HANDLE)}:{page.at(_FIRST + len(kinds) - 1, _HANDLE)}"


def _reason(page: Page, row: int) -> str:
    cell = page.at(row, _HANDLE)
    return f'=IF(ISERROR({cell}),CRM_ERROR({cell}),"")'
