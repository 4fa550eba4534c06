"""Where the panels of the sheet Segments stand, and the columns of their answers."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.workbook.template.page import Page, columns, printed_across, total_pixels
from xlcrm.workbook.template.panel import Columns

TILES, TROUBLE, INPUTS, HEADINGS, CHARTS, LIST, TABLES = 2, 5, 6, 8, 9, 26, 27
"""Rows: of the headline figures down to the answers."""
HEIGHT = 332
"""The height of charts in pixels: from `CHARTS` to `LIST`."""
_LAST_PRINTED = 66
_SCALE = 46

MARGIN, GAP = 2.0, 3.0

ANSWERS: Mapping[str, Columns] = {
    "economics": (
        ("by", "answer"),
        ("revenue", "answer_money"),
        ("margin", "answer_money"),
        ("customers", "answer_money"),
        ("new_customers", "answer_money"),
        ("marketing", "answer_money"),
        ("seller_time", "answer_money"),
        ("cac", "answer_money"),
        ("margin_per_customer", "answer_money"),
        ("net_per_new", "answer_money"),
        ("payback", "answer_ratio"),
        ("rank_before", "answer_score"),
        ("rank_after", "answer_score"),
        ("finding", "answer_shrunk"),
    ),
    "moves": (
        ("step", "answer"),
        ("amount", "answer_money"),
        ("accounts", "answer_money"),
    ),
    "sales": (
        ("by", "answer"),
        ("revenue", "answer_money"),
        ("share", "answer_share"),
        ("orders", "answer_money"),
        ("customers", "answer_money"),
        ("basket", "answer_money"),
        ("per_customer", "answer_money"),
        ("won", "answer_money"),
        ("closed", "answer_money"),
        ("win_rate", "answer_share"),
        ("low", "answer_share"),
        ("high", "answer_share"),
    ),
    "bridge": (
        ("by", "answer"),
        ("before", "answer_money"),
        ("new", "answer_money"),
        ("cross_sell", "answer_money"),
        ("more", "answer_money"),
        ("less", "answer_money"),
        ("lost", "answer_money"),
        ("after", "answer_money"),
        ("change", "answer_money"),
        ("wallet_share", "answer_share"),
    ),
    "basket": (
        ("by", "answer"),
        ("orders", "answer_money"),
        ("customers", "answer_money"),
        ("per_order", "answer_money"),
        ("per_customer", "answer_money"),
        ("lifetime", "answer_money"),
        ("years", "answer_ratio"),
        ("highest", "answer_shrunk"),
        ("lowest", "answer_shrunk"),
    ),
    "price": (
        ("by", "answer"),
        ("lines", "answer_money"),
        ("unpriced", "answer_money"),
        ("units", "answer_money"),
        ("list_value", "answer_money"),
        ("revenue", "answer_money"),
        ("discount", "answer_money"),
        ("discount_share", "answer_share"),
        ("realisation", "answer_share"),
        ("leakage", "answer_money"),
        ("leaking", "answer_money"),
        ("margin", "answer_money"),
        ("margin_share", "answer_share"),
        ("market_index", "answer_precise"),
    ),
    "needs": (
        ("by", "answer"),
        ("need", "answer"),
        ("answers", "answer_money"),
        ("importance", "answer_share"),
        ("index", "answer_score"),
        ("score", "answer_ratio"),
        ("effect", "answer_ratio"),
        ("low", "answer_ratio"),
        ("high", "answer_ratio"),
        ("lever", "answer"),
    ),
    "profile": (
        ("attribute", "answer"),
        ("is", "answer"),
        ("best", "answer_money"),
        ("base", "answer_money"),
        ("best_share", "answer_share"),
        ("base_share", "answer_share"),
        ("lift", "answer_ratio"),
        ("p", "answer_precise"),
        ("adjusted", "answer_precise"),
        ("finding", "answer"),
    ),
    "changes": (
        ("by", "answer"),
        ("before", "answer_money"),
        ("now", "answer_money"),
        ("change", "answer_money"),
        ("change_share", "answer_share"),
        ("rate_effect", "answer_money"),
        ("mix_effect", "answer_money"),
        ("contribution", "answer_money"),
        ("rank", "answer_score"),
    ),
    "spread": (
        ("low", "answer_precise"),
        ("high", "answer_precise"),
        ("label", "answer"),
        ("count", "answer_money"),
        ("share", "answer_share"),
        ("cumulative", "answer_share"),
        ("total", "answer_money"),
    ),
}
"""The columns of each panel's answer, each with the role of its cells; ``by`` is what is cut by."""

STEPS: Columns = (
    *ANSWERS["moves"],
    ("base", "answer_money"),
    ("rise", "answer_money"),
    ("fall", "answer_money"),
)
"""The columns of the steps that the waterfall is drawn from."""

PAGES = (
    ("economics", "moves"),
    ("sales", "changes"),
    ("bridge", "basket"),
    ("price", "spread"),
    ("needs", "profile"),
)
"""The panels in their order; those of one page are printed on one sheet of paper."""

BESIDE = {"needs": 4}
"""Columns at the right of an answer that belong to its panel."""
_BESIDE_WIDTH = 12.0

_WIDTHS = {
    "by": 17.0, "revenue": 11.0, "margin": 11.0, "customers": 10.5, "new_customers": 14.0,
    "marketing": 10.5, "seller_time": 11.5, "cac": 9.0, "margin_per_customer": 20.0,
    "net_per_new": 12.5, "rank_before": 12.0, "rank_after": 11.0, "step": 13.0, "amount": 11.0,
    "per_customer": 13.0, "before": 11.0, "cross_sell": 10.5, "after": 11.0, "change": 11.0,
    "wallet_share": 13.0, "per_order": 10.0, "highest": 29.0, "lowest": 29.0, "list_value": 11.0,
    "discount_share": 15.0, "realisation": 12.0, "margin_share": 13.5, "market_index": 13.5,
    "need": 13.0, "importance": 12.0, "attribute": 13.0, "is": 26.0, "best_share": 11.0,
    "base_share": 11.5, "now": 11.0, "change_share": 13.5, "rate_effect": 12.0, "mix_effect": 12.0,
    "contribution": 13.0, "label": 26.0, "cumulative": 12.0, "total": 12.0, "lever": 10.0,
    "discount": 10.0, "unpriced": 9.5, "lost": 11.0, "less": 11.0,
}  # fmt: skip
_WIDTH = 9.5
_OTHERWISE = {
    ("economics", "revenue"): 16.0,
    ("economics", "margin"): 16.0,
    ("economics", "finding"): 72.0,
    ("profile", "finding"): 15.0,
    ("price", "by"): 14.0,
    ("spread", "low"): 11.0,
    ("spread", "high"): 11.0,
    ("spread", "count"): 11.0,
    ("spread", "share"): 11.0,
}
"""Widths that differ from those of columns of the same name."""


def _placed() -> tuple[dict[str, int], list[int]]:
    """Give the first column of each answer, and the columns after which paper ends."""
    at, first, breaks = 1, {}, []
    for page in PAGES:
        for name in page:
            first[name] = at
            at += len(ANSWERS[name]) + BESIDE.get(name, 0) + 1
        breaks.append(at - 1)
    return first, breaks


FIRST, _BREAKS = _placed()
"""The first column of each panel's answer."""
CHART_DATA = _BREAKS[-1] + 1
"""The first column of what the charts are drawn from."""
STEPS_AT = CHART_DATA + 14
"""The first column of the steps that the waterfall is drawn from."""


def place(name: str, column: str) -> int:
    """Give the column of the sheet where a column of an answer stands."""
    return FIRST[name] + [one for one, _ in ANSWERS[name]].index(column)


def last(name: str) -> int:
    """Give the last column of a panel."""
    return FIRST[name] + len(ANSWERS[name]) + BESIDE.get(name, 0) - 1


def _widths() -> dict[int, float]:
    """Give the width of each column of the panels, in characters."""
    widths = {0: MARGIN}
    for name, first in FIRST.items():
        for offset, (column, _) in enumerate(ANSWERS[name]):
            widths[first + offset] = _OTHERWISE.get((name, column), _WIDTHS.get(column, _WIDTH))
        for beside in range(first + len(ANSWERS[name]), last(name) + 1):
            widths[beside] = _BESIDE_WIDTH
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
    page.sheet.set_column(CHART_DATA + 3, STEPS_AT + len(STEPS), 12)
    for row, height in (
        (0, 30), (1, 18), (TILES + 1, 24), (INPUTS + 1, 20), (HEADINGS, 26), (LIST, 18),
    ):  # fmt: skip
        page.sheet.set_row(row, height)
    printed_across(page, _SCALE)
    page.sheet.print_area(0, 0, _LAST_PRINTED, CHART_DATA - 2)
    page.sheet.set_v_pagebreaks(_BREAKS[:-1])
