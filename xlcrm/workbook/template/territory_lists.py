"""The two lists of the sheet Territory: prospects near customers, and like the best of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import TEXTS, Answer, account_name
from xlcrm.workbook.template.territory_layout import (
    BESIDE,
    FIRST,
    LISTED,
    MOST_LISTED,
    TABLES,
    place,
)

_TOP, _END = TABLES + 1, TABLES + 1 + MOST_LISTED


def of_prospects(prospects: Answer, name: str) -> str:
    """Give all cells of a column of the prospects, its header included.

    Columns are counted from the end, since the territory is no column of its own where it is one
    that the prospects have: the owner.

    Args:
        prospects: All prospects.
        name: The column.
    """
    if name in prospects.names[: prospects.names.index("by")]:
        return prospects.values(name)
    from_end = len(prospects.names) - 1 - prospects.names.index(name)
    return f"INDEX({prospects.spill},0,COLUMNS({prospects.spill})-{from_end})"


def write_near(page: Page, prospects: Answer, top: str) -> Answer:
    """List the prospects nearest to customers, with the names of both.

    Args:
        page: The sheet.
        prospects: All prospects.
        top: The cell that says how many.

    Returns:
        The list, of which only the cells are asked for, not the spill.
    """
    _names(page, "near", "name", "prospect", "account_id")
    _names(page, "near", "nearest_name", "customer there", "nearest")
    kept = f"SEQUENCE(ROWS({prospects.spill}))<={top}+1"
    for name, role in LISTED:
        if name == "nearest_name":
            continue
        column = place("near", name)
        text = f'=IFERROR(FILTER({of_prospects(prospects, name)},{kept}),"")'
        page.sheet.write_dynamic_array_formula(
            TABLES, column, TABLES, column, text, _head(page, name, role)
        )
        for row in range(_TOP, _END):
            page.sheet.write_blank(row, column, None, _look(page, name, role))
    return Answer(page, TABLES, FIRST["near"], ("name", *(name for name, _ in LISTED)), MOST_LISTED)


def write_alike(page: Page, alike: Answer, prospects: Answer) -> Answer:
    """Name the prospects that are like the best customers, and say where and how large they are.

    Args:
        page: The sheet.
        alike: The prospects, the most alike first.
        prospects: All prospects, with their territory, distance and potential.

    Returns:
        The panel, of which only the cells are asked for, not the spill.
    """
    _names(page, "alike", "name", "prospect", "account_id")
    _with_hundredths(page)
    ids = prospects.values("account_id")
    for name, role in BESIDE:
        column = place("alike", name)
        head = f'=IFERROR(INDEX({of_prospects(prospects, name)},1),"{name}")'
        page.sheet.write_formula(TABLES, column, head, _head(page, name, role), "-")
        for row in range(_TOP, _END):
            key = page.at(row, place("alike", "account_id"))
            found = f'XLOOKUP({key},{ids},{of_prospects(prospects, name)},"")'
            text = f'=IF({key}="","",IFERROR({found},""))'
            page.sheet.write_formula(row, column, text, _look(page, name, role), "")
    names = ("name", *alike.names, *(name for name, _ in BESIDE))
    return replace(alike, column=FIRST["alike"], names=names, room=MOST_LISTED)


def _names(page: Page, panel: str, name: str, head: str, ids: str) -> None:
    """Write the names of accounts whose ids stand in another column."""
    column = place(panel, name)
    page.sheet.write_string(TABLES, column, head, _head(page, name, "answer"))
    for row in range(_TOP, _END):
        text = account_name(page.at(row, place(panel, ids)))
        page.sheet.write_formula(row, column, text, _look(page, name, "answer_shrunk"), "")


def _with_hundredths(page: Page) -> None:
    """Show similarities, which differ little, to a hundredth."""
    look = page.styles.varied("answer_ratio", num_format="0.00")
    for row in range(_TOP, _END):
        page.sheet.write_blank(row, place("alike", "similarity"), None, look)


def _head(page: Page, name: str, role: str) -> Any:
    """Give the format of a header: that of a text stands apart from numbers at its left."""
    if role in TEXTS:
        return page.styles.varied("head", **_apart(name))
    return page.styles["head_right"]


def _look(page: Page, name: str, role: str) -> Any:
    return page.styles.varied(role, **(_apart(name) if role in TEXTS else {}))


def _apart(name: str) -> dict[str, Any]:
    return {"align": "left", "indent": 0 if name == "name" else 1}
