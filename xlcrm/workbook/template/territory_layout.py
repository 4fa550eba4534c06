"""Where the panels of the sheet Territory stand, and the columns of their answers."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.workbook.template.page import Page, columns, printed_across, total_pixels
from xlcrm.workbook.template.panel import Columns

TILES, TROUBLE, INPUTS, HEADINGS, CHARTS, LIST, TABLES = 2, 5, 6, 8, 9, 26, 27
"""Rows: of the headline figures down to the answers."""
HEIGHT = 332
"""The height of charts in pixels: from `CHARTS` to `LIST`."""
MOST_LISTED = 35
"""How many prospects can be listed: as many as one sheet of paper holds."""
_LAST_PRINTED = TABLES + MOST_LISTED
_SCALE = 46

MARGIN, GAP = 2.0, 3.0

ANSWERS: Mapping[str, Columns] = {
    "regions": (
        ("by", "answer"),
        ("accounts", "answer_money"),
        ("customers", "answer_money"),
        ("penetration", "answer_share"),
        ("low", "answer_share"),
        ("high", "answer_share"),
        ("potential", "answer_money"),
        ("potential_share", "answer_share"),
        ("revenue", "answer_money"),
        ("revenue_share", "answer_share"),
        ("index", "answer_score"),
        ("visits", "answer_money"),
        ("visits_per_account", "answer_ratio"),
        ("resellers", "answer_money"),
        ("expected_resellers", "answer_ratio"),
        ("gap", "answer_ratio"),
        ("lat", "answer_ratio"),
        ("lon", "answer_ratio"),
        ("finding", "answer_shrunk"),
    ),
    "alike": (
        ("rank", "answer_score"),
        ("account_id", "answer"),
        ("owner", "answer"),
        ("similarity", "answer_ratio"),
        ("like", "answer"),
        ("agrees_in", "answer_shrunk"),
        ("differs_in", "answer_shrunk"),
        ("compared", "answer_score"),
    ),
    "prospects": (
        ("account_id", "answer"),
        ("owner", "answer"),
        ("by", "answer"),
        ("lat", "answer_ratio"),
        ("lon", "answer_ratio"),
        ("nearest", "answer"),
        ("distance", "answer_ratio"),
        ("potential", "answer_money"),
        ("note", "answer"),
    ),
}
"""The columns of each answer, each with the role of its cells; ``by`` is the territory."""

LISTED: Columns = (
    ("account_id", "answer"),
    ("owner", "answer"),
    ("by", "answer"),
    ("distance", "answer_ratio"),
    ("nearest", "answer"),
    ("nearest_name", "answer_shrunk"),
    ("potential", "answer_money"),
    ("note", "answer_shrunk"),
)
"""The columns of the list of prospects after their name."""
BESIDE: Columns = (
    ("by", "answer"),
    ("distance", "answer_ratio"),
    ("potential", "answer_money"),
)
"""What the list of prospects that are alike takes from the other list."""

PANELS: Mapping[str, Columns] = {
    "regions": ANSWERS["regions"],
    "near": (("name", "answer"), *LISTED),
    "alike": (("name", "answer"), *ANSWERS["alike"], *BESIDE),
}
"""The columns of each panel."""
PAGES = (("regions",), ("near", "alike"))
"""The panels in their order; those of one page are printed on one sheet of paper."""

_WIDTHS = {
    "by": 13.0, "penetration": 14.0, "low": 11.0, "high": 11.0, "potential": 12.0,
    "potential_share": 14.0, "revenue": 11.0, "revenue_share": 13.5, "index": 9.0, "visits": 8.0,
    "visits_per_account": 17.5, "expected_resellers": 17.5, "gap": 7.0, "lat": 8.0, "lon": 8.0,
    "name": 22.0, "account_id": 11.0, "owner": 11.0, "distance": 10.0, "nearest": 9.0,
    "nearest_name": 22.0, "note": 15.0, "rank": 6.0, "similarity": 10.5, "like": 9.0,
    "agrees_in": 29.0, "differs_in": 16.0, "compared": 10.0,
}  # fmt: skip
_WIDTH = 10.0
_OTHERWISE = {
    ("regions", "by"): 15.0,
    ("regions", "accounts"): 14.5,
    ("regions", "finding"): 74.0,
    ("alike", "name"): 25.0,
}
"""Widths that differ from those of columns of the same name."""


def _placed() -> tuple[dict[str, int], list[int]]:
    """Give the first column of each panel, and the columns after which paper ends."""
    at, first, breaks = 1, {}, []
    for page in PAGES:
        for name in page:
            first[name] = at
            at += len(PANELS[name]) + 1
        breaks.append(at - 1)
    return first, breaks


FIRST, _BREAKS = _placed()
"""The first column of each panel."""
CHART_DATA = _BREAKS[-1] + 1
"""The first column of what the charts are drawn from."""
ALL = CHART_DATA + 22
"""The first column of the answer with all prospects."""


def place(panel: str, column: str) -> int:
    """Give the column of the sheet where a column of a panel stands."""
    return FIRST[panel] + [one for one, _ in PANELS[panel]].index(column)


def last(panel: str) -> int:
    """Give the last column of a panel."""
    return FIRST[panel] + len(PANELS[panel]) - 1


def _widths() -> dict[int, float]:
    """Give the width of each column of the panels, in characters."""
    widths = {0: MARGIN}
    for name, first in FIRST.items():
        for offset, (column, _) in enumerate(PANELS[name]):
            widths[first + offset] = _OTHERWISE.get((name, column), _WIDTHS.get(column, _WIDTH))
        widths[last(name) + 1] = GAP
    return widths


def pixels(first: int, last: int) -> int:
    """Give how wide columns are together in pixels, the first and the last included."""
    return total_pixels(_widths(), first, last)


def set_up(page: Page) -> None:
    """Set widths and heights, what is frozen, and how the sheet prints."""
    columns(page, _widths())
    page.sheet.set_column(CHART_DATA, CHART_DATA + 1, 8)
    page.sheet.set_column(CHART_DATA + 2, CHART_DATA + 2, 34)
    page.sheet.set_column(CHART_DATA + 3, ALL + len(ANSWERS["prospects"]), 12)
    for row, height in (
        (0, 30), (1, 18), (TILES + 1, 24), (INPUTS + 1, 20), (HEADINGS, 26), (LIST, 18),
    ):  # fmt: skip
        page.sheet.set_row(row, height)
    printed_across(page, _SCALE)
    page.sheet.print_area(0, 0, _LAST_PRINTED, CHART_DATA - 2)
    page.sheet.set_v_pagebreaks(_BREAKS[:-1])
