"""Where the panels of the sheet Pipeline stand, and the columns of their answers."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.workbook.template.page import Page, columns, printed_across, total_pixels
from xlcrm.workbook.template.panel import Columns

TILES, TROUBLE, INPUTS, HEADINGS, CHARTS, LIST, TABLES = 2, 5, 6, 8, 9, 24, 25
"""Rows: of the headline figures down to the answers."""
_LAST_PRINTED = 66
_CHART_DATA = 14

MARGIN, GAP = 2.0, 3.0

_OPEN: Columns = (
    ("deals", "answer_money"),
    ("value", "answer_money"),
    ("weighted", "answer_money"),
    ("average", "answer_money"),
    ("quality", "answer_share"),
    ("age", "answer_score"),
    ("progress", "answer_share"),
    ("overdue", "answer_money"),
    ("stale", "answer_money"),
    ("won", "answer_money"),
    ("target", "answer_money"),
    ("coverage", "answer_ratio"),
)
"""What CRM_PIPELINE tells of open deals, however they are grouped."""

ANSWERS: Mapping[str, Columns] = {
    "today": (
        ("deal_id", "answer"),
        ("account_id", "answer"),
        ("owner", "answer"),
        ("stage", "answer"),
        ("amount", "answer_money"),
        ("expected_close", "answer"),
        ("idle", "answer_money"),
        ("pushes", "answer_money"),
        ("rules", "answer_money"),
        ("reason", "answer_shrunk"),
        ("action", "answer_shrunk"),
        ("unchecked", "answer"),
    ),
    "alerts": (
        ("severity", "answer"),
        ("rule", "answer"),
        ("subject", "answer"),
        ("value", "answer_money"),
        ("action", "answer_shrunk"),
        ("owner", "answer"),
        ("due", "answer"),
        ("reason", "answer_shrunk"),
    ),
    "stages": (
        ("stage", "answer"),
        *_OPEN,
        ("reached", "answer_money"),
        ("moved_on", "answer_money"),
        ("conversion", "answer_share"),
        ("drop_off", "answer_share"),
        ("method", "answer"),
    ),
    "lost": (
        ("lost_reason", "answer"),
        ("deals", "answer_money"),
        ("share", "answer_share"),
        ("amount", "answer_money"),
        ("amount_share", "answer_share"),
        ("cumulative", "answer_share"),
        ("average", "answer_money"),
        ("poor_follow_up", "answer_money"),
        ("poor_share", "answer_share"),
        ("poor_amount", "answer_money"),
        ("avoidable", "answer_money"),
    ),
    "sellers": (
        ("owner", "answer"),
        *_OPEN,
        ("method", "answer"),
    ),
    "moves": (
        ("owner", "answer"),
        ("since", "answer"),
        ("until", "answer"),
        ("start", "answer_money"),
        ("new", "answer_money"),
        ("pulled_in", "answer_money"),
        ("up", "answer_money"),
        ("down", "answer_money"),
        ("pushed", "answer_money"),
        ("lost", "answer_money"),
        ("won", "answer_money"),
        ("dropped", "answer_money"),
        ("end", "answer_money"),
        ("deals", "answer_money"),
        ("no_amount", "answer_money"),
    ),
    "slips": (
        ("owner", "answer"),
        ("months", "answer_money"),
        ("expected", "answer_money"),
        ("slipped", "answer_money"),
        ("lost_late", "answer_money"),
        ("pushed_late", "answer_money"),
        ("lost_early", "answer_money"),
        ("won", "answer_money"),
        ("undated", "answer_money"),
        ("rate", "answer_share"),
        ("expected_deals", "answer_money"),
        ("slipped_deals", "answer_money"),
        ("rate_deals", "answer_share"),
        ("at_risk", "answer_money"),
        ("at_risk_deals", "answer_money"),
    ),
    "risks": (
        ("deal_id", "answer"),
        ("owner", "answer"),
        ("stage", "answer"),
        ("amount", "answer_money"),
        ("expected_close", "answer"),
        ("rate", "answer_share"),
        ("at_risk", "answer_money"),
        ("reason", "answer_shrunk"),
    ),
    "needs": (
        ("owner", "answer"),
        ("open", "answer_money"),
        ("needing", "answer_money"),
        ("amount", "answer_money"),
        ("stale", "answer_money"),
        ("unattended", "answer_money"),
        ("overdue", "answer_money"),
        ("pushed", "answer_money"),
        ("no_next_action", "answer_money"),
        ("rate", "answer_share"),
        ("unchecked", "answer"),
    ),
    "extremes": (
        ("side", "answer"),
        ("deal_id", "answer"),
        ("account_id", "answer"),
        ("owner", "answer"),
        ("outcome", "answer"),
        ("measure", "answer"),
        ("value", "answer_precise"),
        ("median", "answer_precise"),
        ("deviation", "answer_ratio"),
        ("extreme", "answer_any"),
        ("reason", "answer_shrunk"),
        ("unchecked", "answer"),
    ),
    "steps": (
        ("step", "answer"),
        ("amount", "answer_money"),
        ("base", "answer_money"),
        ("rise", "answer_money"),
        ("fall", "answer_money"),
        ("deals", "answer_money"),
    ),
}
"""The columns of each panel's answer, each with the role of its cells."""

PAGES = (
    ("today",),
    ("alerts",),
    ("stages", "needs"),
    ("sellers", "moves"),
    ("slips", "lost"),
    ("risks",),
    ("extremes",),
)
"""The panels in their order; those of one page are printed on one sheet of paper."""

WITH_CHART = ("today", "stages", "needs", "lost", "sellers")
"""The panels whose answers stand below a chart."""

LEADING = {"today": 21.0, "alerts": 4.0}
"""The width of a column before the answer: the customer's name, a shape."""
_WIDTHS = {
    "owner": 12.0, "stage": 13.0, "account_id": 11.0, "expected_close": 15.0, "action": 78.0,
    "reason": 90.0, "rule": 22.0, "subject": 20.0, "due": 12.0, "lost_reason": 16.0,
    "amount_share": 14.0, "poor_follow_up": 15.0, "poor_amount": 13.0, "poor_share": 11.0,
    "cumulative": 12.0, "conversion": 11.0, "expected_deals": 15.0, "slipped_deals": 14.0,
    "at_risk_deals": 14.0, "no_next_action": 15.0, "side": 12.0, "since": 11.0, "until": 11.0,
    "unattended": 11.0, "unchecked": 12.0, "method": 11.0, "value": 11.0, "amount": 11.0,
    "pushed_late": 12.0, "lost_early": 11.0, "severity": 12.0, "rate_deals": 11.0, "deals": 7.0,
    "age": 6.0, "stale": 7.0, "months": 8.0, "idle": 8.0, "rules": 8.0, "pushes": 11.0,
    "no_amount": 11.0,
}  # fmt: skip
_WIDTH = 9.5
_OTHERWISE = {
    ("alerts", "action"): 102.0,
    ("alerts", "reason"): 112.0,
    ("risks", "reason"): 74.0,
    ("extremes", "reason"): 88.0,
}
"""Widths that differ from those of columns of the same name."""


def _placed() -> tuple[dict[str, int], list[int]]:
    """Give the first column of each answer, and the columns after which paper ends."""
    at, first, breaks = 1, {}, []
    for page in PAGES:
        for name in page:
            at += name in LEADING
            first[name] = at
            at += len(ANSWERS[name]) + 1
        breaks.append(at - 1)
    return first, breaks


FIRST, _BREAKS = _placed()
"""The first column of each panel's answer."""
CHART_DATA = _BREAKS[-1] + 1
"""The first column of what the charts are drawn from."""
STEPS = CHART_DATA + _CHART_DATA
"""The first column of the steps that the waterfall is drawn from."""


def place(name: str, column: str) -> int:
    """Give the column of the sheet where a column of an answer stands."""
    return FIRST[name] + [one for one, _ in ANSWERS[name]].index(column)


def _widths() -> dict[int, float]:
    """Give the width of each column of the panels, in characters."""
    widths = {0: MARGIN}
    for name, first in FIRST.items():
        if name in LEADING:
            widths[first - 1] = LEADING[name]
        for offset, (column, _) in enumerate(ANSWERS[name]):
            widths[first + offset] = _OTHERWISE.get((name, column), _WIDTHS.get(column, _WIDTH))
        widths[first + len(ANSWERS[name])] = GAP
    return widths


def pixels(first: int, last: int) -> int:
    """Give how wide columns are together in pixels, the first and the last included."""
    return total_pixels(_widths(), first, last)


def set_up(page: Page) -> None:
    """Set widths and heights, what is frozen, and how the sheet prints."""
    columns(page, _widths())
    page.sheet.set_column(CHART_DATA, CHART_DATA + 1, 8)
    page.sheet.set_column(CHART_DATA + 2, CHART_DATA + 2, 34)
    page.sheet.set_column(CHART_DATA + 3, STEPS + len(ANSWERS["steps"]), 12)
    for row, height in (
        (0, 30), (1, 18), (TILES + 1, 24), (INPUTS + 1, 20), (HEADINGS, 26), (LIST, 18),
    ):  # fmt: skip
        page.sheet.set_row(row, height)
    printed_across(page, 44)
    page.sheet.print_area(0, 0, _LAST_PRINTED, CHART_DATA - 2)
    page.sheet.set_v_pagebreaks(_BREAKS[:-1])
