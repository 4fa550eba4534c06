"""Buttons that call a macro of the workbook."""

from __future__ import annotations

from xlcrm.workbook.template.page import Page


def refresh_button(page: Page, row: int, column: int) -> None:
    """Put a button on a sheet that has every Table read again.

    Args:
        page: The sheet.
        row: The row of the button, from 0.
        column: Its column, from 0.
    """
    page.sheet.insert_button(
        row,
        column,
        {
            "macro": "XlcrmRefresh",
            "caption": "Refresh",
            "width": 96,
            "height": 26,
            "x_offset": 4,
            "y_offset": 2,
            "description": "Reads all Tables again and calculates the workbook.",
        },
    )
