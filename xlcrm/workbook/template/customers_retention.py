"""The lower part of the sheet Customers: who leaves, who sleeps, who stays, what to offer next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlcrm.workbook.template.chart_data import chart_data, drawn, hung, relabelled, series
from xlcrm.workbook.template.customers_cohorts import ANSWER as COHORTS
from xlcrm.workbook.template.customers_cohorts import write_cohorts
from xlcrm.workbook.template.customers_layout import FIRST, across
from xlcrm.workbook.template.customers_offers import (
    ANSWERS,
    write_dormant,
    write_offers,
    write_rules,
)
from xlcrm.workbook.template.customers_survival import CURVE, MEANS, Survival, write_survival
from xlcrm.workbook.template.customers_views import (
    BODY,
    CHART_HEIGHT,
    CHART_ROWS,
    DATA,
    INPUTS,
    NOTES,
    TROUBLE,
    WHOLE,
    Shown,
    message,
    percent,
    view,
    whole,
)
from xlcrm.workbook.template.inputs import PERIOD_HINT, Input, one_input
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, Columns, ruled, trouble
from xlcrm.workbook.template.style import ACCENT, FALL, INK, SOFT, WHITE

SECOND = 37
"""Rows from the first row of panels to the second."""
ROWS = SECOND + BODY + 37
"""How many rows the panels cover."""
_GROUPS, _DRAWN = 10, 5
"""How many groups the table has room for, and the chart draws."""

_COUNTS: Columns = (
    ("at_start", "answer_money"),
    ("new", "answer_money"),
    ("lost", "answer_money"),
    ("lost_new", "answer_money"),
    ("retained", "answer_money"),
    ("undecided", "answer_money"),
)
_INTERVAL: Columns = (
    ("low", "answer_share"),
    ("high", "answer_share"),
    ("churn_at_most", "answer_share"),
    ("revenue_lost", "answer_money"),
)
CHURN: Columns = (("group", "answer"), *_COUNTS, ("churn", "answer_share"), *_INTERVAL)
METHODS = ("cohort", "start", "average", "exposure")
"""What the lost ones are divided by."""
CHURN_ALL: Columns = (*_COUNTS, *((name, "answer_share") for name in METHODS), *_INTERVAL)
"""The columns of the answers on churn; those by group begin with the group."""

_SHOWN = (
    Shown("group", "group", "answer_shrunk"),
    Shown("at_start", "at start", "answer_money"),
    Shown("lost", "lost", "answer_money"),
    Shown("undecided", "undecided", "answer_money"),
    Shown("churn", "churn", "answer_share"),
    Shown("low", "low", "answer_share"),
    Shown("high", "high", "answer_share"),
    Shown("churn_at_most", "at most", "answer_share"),
    Shown("revenue_lost", "sales lost", "answer_money"),
)
_BY = ("segment", "region", "industry", "type", "owner")
_PERIODS = ("last 12 months", "this year", "last year", "last quarter")

COLUMNS = {
    "churn": CHURN, "churn_all": CHURN_ALL, "curve": CURVE, "means": (("group", ""), *MEANS),
    "means_all": MEANS, "cohorts": COHORTS, **ANSWERS,
}  # fmt: skip


def _placed() -> dict[str, int]:
    """Give the first column of each whole answer, one beside the other."""
    at, first = WHOLE, {}
    for name, of in COLUMNS.items():
        first[name] = at
        at += len(of) + 1
    return first


AT = _placed()
"""The first column of each whole answer."""


@dataclass(frozen=True)
class Retention:
    """The whole answers of the lower panels."""

    churn: Answer
    churn_all: Answer
    survival: Survival
    cohorts: Answer
    dormant: Answer
    offers: Answer
    rules: Answer


def write_retention(workbook: Any, page: Page, top_row: int, where: str) -> Retention:
    """Write the panels.

    Args:
        workbook: The workbook being written.
        page: The sheet, with the widths of `customers_layout`.
        top_row: The row of the first headings.
        where: The cell with conditions.

    Returns:
        The whole answers, which others may sum up.
    """
    below = top_row + SECOND
    for row in (top_row, below):
        page.sheet.set_row(row, 26)
        page.sheet.set_row(row + INPUTS + 1, 20)
    page.write(top_row - 1, DATA, "What the lower panels show, as a whole", "note")
    dormant = write_dormant(page, top_row, AT["dormant"], where)
    offers = write_offers(page, top_row, AT["offers"], (top_row + _DRAWN + 8, DATA), where)
    by, churn, churn_all = _churn(workbook, page, top_row, where)
    survival = write_survival(
        workbook, page, below, (AT["curve"], AT["means"], AT["means_all"]), DATA, (by, where)
    )
    rules = write_rules(page, below, AT["rules"], where)
    cohorts = write_cohorts(page, below, AT["cohorts"], where)
    return Retention(churn, churn_all, survival, cohorts, dormant, offers, rules)


def _churn(workbook: Any, page: Page, row: int, where: str) -> tuple[str, Answer, Answer]:
    """Write who leaves; give what is cut by, and both answers."""
    left = FIRST["C"]
    period = one_input(
        page,
        row + INPUTS,
        left,
        Input("Customers who left in", "last 12 months", _PERIODS, PERIOD_HINT, only=False),
    )
    cut = one_input(
        page,
        row + INPUTS,
        left + 1,
        Input("Cut by", "segment", _BY, "One column of accounts; also how long they stay.",
              only=False),
    )  # fmt: skip
    by = f'SUBSTITUTE({cut},","," and ")'
    call = f"CRM_CHURN(Model,{{}},{where},{period},,,,{{}})"
    churn = whole(page, row, AT["churn"], call.format(by, '"cohort"'), CHURN, 60)
    total = whole(page, row, AT["churn_all"], call.format('""', '"all"'), CHURN_ALL, 1)
    trouble(page, row + TROUBLE, left, [churn])
    _chart(workbook, page, row, churn, period)
    _methods(page, row + BODY + CHART_ROWS + 1, left, total)
    table = row + BODY + CHART_ROWS + 5
    ruled(view(page, table, left, churn, _SHOWN, _GROUPS))
    page.worded(table, left, f"={cut}", "head")
    loser = f"XLOOKUP(MAX({churn.values('churn')}),{churn.values('churn')},{churn.values('group')})"
    share, most = (
        percent(f"INDEX({total.spill},2,{total.names.index(name) + 1})")
        for name in ("cohort", "churn_at_most")
    )
    highest = f"MAX({churn.values('churn')})"
    message(
        page,
        row,
        left,
        f'IF({highest}=0,"Nobody left in "&{period},{loser}&" loses most, "&{percent(highest)}'
        f'&" in "&{period}&"; of all customers "&{share}&" left")&", at most "&{most}',
        "Who leaves",
    )
    page.write(
        row + NOTES,
        left,
        "Lost: silent for too long. Undecided: silent, and still within the waiting time. At most: "
        "if all of them are lost.",
        "note",
    )
    return by, churn, total


def _chart(workbook: Any, page: Page, row: int, churn: Answer, period: str) -> None:
    """Draw what became of the customers of each group."""
    names = ("retained", "undecided", "lost", "churn")
    block = chart_data(page, row + 1, DATA, churn, names, _DRAWN, "churn")
    relabelled(
        block,
        lambda n, name: f'{name}&IFERROR(", "&{percent(block.cell(n, "churn"))},"")',
    )
    at = row + _DRAWN + 5
    page.worded(
        at, DATA + 2, f'="Customers at the start, by what became of them in "&{period}',
        "calculated",
    )  # fmt: skip
    chart = drawn(
        workbook,
        "bar",
        f"={page.address(at, DATA + 2)}",
        [
            series(block, "retained", "Retained", ACCENT, data_labels=_label(WHITE)),
            series(block, "undecided", "Undecided", SOFT, data_labels=_label(INK)),
            series(block, "lost", "Lost", FALL, data_labels=_label(WHITE)),
        ],
        subtype="stacked",
    )
    hung(page, row + BODY, FIRST["C"], chart, (across("C"), CHART_HEIGHT),
         "Bars with the customers that each group had at the start, parted into those retained, "
         "those undecided and those lost, the group with the highest churn first.")  # fmt: skip


def _label(colour: str) -> dict[str, Any]:
    """Describe the labels of a series; 0 shows none."""
    font = {"color": colour, "size": 9}
    return {"value": True, "num_format": "#,##0;;", "font": font, "position": "center"}


def _methods(page: Page, row: int, left: int, total: Answer) -> None:
    """Write the churn of all customers by each of the four denominators."""
    shown = [Shown(name, name, "answer_share") for name in METHODS]
    page.write(row, left, "divided by", "head")
    page.write(row + 1, left, "churn of all customers", "line")
    view(page, row, left + 1, total, shown, 1)
    page.write(
        row + 2,
        left,
        "Cohort: lost of those at the start by those at the start. Start: all lost by those. "
        "Average: by start and end. Exposure: by the day.",
        "note",
    )
