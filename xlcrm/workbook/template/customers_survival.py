"""The panel of the sheet Customers that says how long customers stay: a curve in steps, and means.

A scatter chart draws each step by two points: the day on which somebody left, before and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.workbook.template.chart_data import drawn, hung
from xlcrm.workbook.template.customers_layout import FIRST, across
from xlcrm.workbook.template.customers_views import (
    BODY,
    CHART_HEIGHT,
    CHART_ROWS,
    NOTES,
    TROUBLE,
    Shown,
    message,
    percent,
    view,
    whole,
)
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, Columns, ruled, trouble
from xlcrm.workbook.template.style import ACCENT, LINE, MUTED, SOFT

DAYS_A_MONTH = 30.4375
"""A month, as a twelfth of 365.25 days."""
CURVE: Columns = (
    ("days", "answer_money"),
    ("at_risk", "answer_money"),
    ("lost", "answer_money"),
    ("survival", "answer_share"),
    ("low", "answer_share"),
    ("high", "answer_share"),
)
MEANS: Columns = (
    ("customers", "answer_money"),
    ("lost", "answer_money"),
    ("median", "answer_money"),
    ("mean", "answer_money"),
    ("low", "answer_money"),
    ("high", "answer_money"),
    ("horizon", "answer_money"),
    ("mean_so_far", "answer_money"),
)
"""The columns of the whole answers; those of groups begin with the group."""
GROUPS = 14
"""The most groups there is room for."""
STEPS = 100
"""How many days of the curve are drawn; of more, as many evenly."""
POINTS = 2 * STEPS
_SERIES = ("survival", "low", "high")
_HORIZON = "horizon"

_MONTHS = f"_xlfn.LET(_xlpm.d,{{}},IFERROR(_xlpm.d/{DAYS_A_MONTH},_xlpm.d))"


@dataclass(frozen=True)
class Survival:
    """The whole answers on how long customers stay."""

    curve: Answer
    means: Answer
    all: Answer


def write_survival(
    workbook: Any,
    page: Page,
    row: int,
    columns: tuple[int, int, int],
    data: int,
    asked: tuple[str, str],
) -> Survival:
    """Write the curve of all customers, and the mean stay of each group.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        row: The row of the heading.
        columns: The first columns of the whole answers: the curve, the groups, all.
        data: The first column of what the chart is drawn from.
        asked: What is cut by, and the cell with conditions.

    Returns:
        The whole answers.
    """
    left = FIRST["A"]
    by, where = asked
    curve = whole(page, row, columns[0], f'CRM_SURVIVAL(Model,"",{where},,"","curve")', CURVE)
    means = whole(
        page,
        row,
        columns[1],
        f'CRM_SURVIVAL(Model,{by},{where},,"","means")',
        (("group", "answer"), *MEANS),
        60,
    )
    total = whole(page, row, columns[2], f'CRM_SURVIVAL(Model,"",{where},,"","means")', MEANS, 1)
    found = Survival(curve, means, total)
    trouble(page, row + TROUBLE, left, [curve, means])
    _chart(workbook, page, row + BODY, left, _points(page, row, data, found))
    shown = (
        Shown("group", "group", "answer_shrunk"),
        Shown("customers", "customers", "answer_money"),
        Shown("mean", "mean stay", "answer_ratio", _MONTHS),
        Shown("low", "low", "answer_ratio", _MONTHS),
        Shown("high", "high", "answer_ratio", _MONTHS),
        Shown(_HORIZON, "of the first", "answer_ratio", _MONTHS),
        Shown("mean_so_far", "seen so far", "answer_ratio", _MONTHS),
    )
    below = row + BODY + CHART_ROWS + 1
    ruled(view(page, below, left, means, shown, GROUPS))
    page.worded(below, left, f"={by}", "head")
    mean, horizon, seen = (_months(total, name) for name in ("mean", _HORIZON, "mean_so_far"))
    last = f"INDEX({curve.spill},ROWS({curve.spill}),4)"
    message(
        page,
        row,
        left,
        f'"Customers stay "&{mean}&" of the first "&{horizon}&" months, not the "&{seen}&'
        f'" seen; "&{percent(last)}&" stay longer"',
        "How long customers stay",
    )
    page.write(
        row + NOTES,
        left,
        "Months since the first order. Who is still there counts for what is known.",
        "note",
    )
    return found


def _months(answer: Answer, name: str) -> str:
    place = answer.names.index(name) + 1
    return f"ROUND(INDEX({answer.spill},2,{place})/{DAYS_A_MONTH},0)"


def _points(page: Page, row: int, column: int, found: Survival) -> dict[str, list[Any]]:
    """Write the points of the steps: of each day before and after somebody left.

    Returns:
        The cells of the months and of each series, as a chart wants them.
    """
    spill = found.curve.spill
    page.write(row, column, "Chart data: each day of the curve twice, before and after", "note")
    for offset, head in enumerate(("number", "before", "after", "months", *_SERIES)):
        page.write(row + 1, column + offset, head, "head_right")
    days = f"(ROWS({spill})-1)"
    end = f"INDEX({found.all.spill},2,{found.all.names.index(_HORIZON) + 1})"
    first = row + 2
    for number in range(POINTS):
        at = first + number
        before, after = (xl_rowcol_to_cell(at, column + k, col_abs=True) for k in (1, 2))
        page.write(at, column, number + 1, "calculated")
        for offset, place in ((1, number // 2), (2, (number + 1) // 2)):
            # of a curve of many days only some are drawn
            thinned = f"ROUND({place}*({days}-1)/{STEPS - 1},0)"
            chosen = f"IF({days}>{STEPS},{thinned},{place})"
            page.formula(at, column + offset, f"=2+{chosen}", "calculated_number")
        page.formula(
            at,
            column + 3,
            f"=IF({before}>{days}+1,NA(),IF({after}>{days}+1,{end},INDEX({spill},{after},1))"
            f"/{DAYS_A_MONTH})",
            "calculated_number",
        )
        for offset, name in enumerate(_SERIES, 4):
            place = found.curve.names.index(name) + 1
            page.formula(
                at,
                column + offset,
                f"=IF({before}>{days}+1,NA(),IFERROR(1*INDEX({spill},{before},{place}),NA()))",
                "calculated_number",
            )
    return {
        name: [page.name, first, column + offset, first + POINTS - 1, column + offset]
        for offset, name in enumerate(("months", *_SERIES), 3)
    }


def _chart(workbook: Any, page: Page, row: int, column: int, points: dict[str, list[Any]]) -> None:
    """Draw the steps, with the interval as lighter lines."""

    def line(name: str, title: str, colour: str, width: float) -> dict[str, Any]:
        return {
            "name": title,
            "categories": points["months"],
            "values": points[name],
            "line": {"color": colour, "width": width},
            "marker": {"type": "none"},
        }

    chart = drawn(
        workbook,
        "scatter",
        "Share of customers who stay longer, by months since the first order",
        [
            line("survival", "Stay longer", ACCENT, 2.25),
            line("low", "Its interval", SOFT, 1.25),
            line("high", "Upper end", SOFT, 1.25),
        ],
        subtype="straight",
        number_format="0%",
        unsaid=[2],
        axis={"min": 0, "major_unit": 6, "num_format": "0", "major_gridlines": {"visible": False}},
    )
    chart.set_y_axis(
        {
            "min": 0,
            "max": 1,
            "major_unit": 0.2,
            "num_format": "0%",
            "num_font": {"color": MUTED, "size": 9},
            "major_gridlines": {"visible": True, "line": {"color": LINE, "width": 0.75}},
            "line": {"none": True},
        }
    )
    hung(page, row, column, chart, (across("A"), CHART_HEIGHT),
         "A curve that falls in steps: the share of customers who stay longer than each number of "
         "months since their first order, between the lower and the upper end of its "
         "interval.")  # fmt: skip
