"""The heat map of the sheet Customers: what each period's new customers do later."""

from __future__ import annotations

from xlcrm.workbook.template.customers_layout import FIRST, LAST
from xlcrm.workbook.template.customers_views import (
    BODY,
    INPUTS,
    NOTES,
    TROUBLE,
    Shown,
    first_rows,
    linked,
    message,
    percent,
    thousand,
    view,
    whole,
)
from xlcrm.workbook.template.inputs import Input, one_input
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, Columns, trouble
from xlcrm.workbook.template.style import MONEY, WHITE

AGES = 8
"""How many ages the band has room for."""
_MOST_AGES = 36
COHORTS = 36
"""The most cohorts there is room for."""
ANSWER: Columns = (
    ("cohort", "answer"),
    ("customers", "answer_money"),
    *((f"{age}", "answer_precise") for age in range(_MOST_AGES)),
)
"""The columns of the whole answer; fewer where fewer ages have passed."""
SHOWN = ("retention", "revenue_per_customer", "cumulative_revenue")
"""The figures that the heat map may show."""
LOW, HIGH = "#FFE3B8", "#8FBED6"
"""The grounds of the lowest and of the highest figure: dark text on them has 4.5:1 and more."""
_FIGURE = "[>1]#,##0;[<0]-#,##0;0%"
"""Shares up to 1, amounts beyond; the few amounts between are told by a conditional format."""


def write_cohorts(page: Page, row: int, column: int, where: str) -> Answer:
    """Write the heat map.

    Args:
        page: The sheet.
        row: The row of the heading.
        column: The first column of the whole answer.
        where: The cell with conditions.

    Returns:
        The whole answer.
    """
    left = FIRST["C"]
    show = one_input(
        page,
        row + INPUTS,
        left,
        Input("Figure", "retention", SHOWN, "What the cells of the map show."),
    )
    unit = one_input(
        page,
        row + INPUTS,
        left + 1,
        Input("Cohorts by", "quarter", ("month", "quarter", "year"),
              "The period of the first purchase, and the unit of age."),
    )  # fmt: skip
    call = f'CRM_COHORTS(Model,{unit},{where},"",,{show})'
    answer = whole(page, row, column, call, ANSWER, COHORTS)
    trouble(page, row + TROUBLE, left, [answer])
    _map(page, row + BODY, left, answer, show)
    linked(page, row, LAST["C"], answer, "all ages")
    _message(page, row, left, answer, show, unit)
    page.worded(
        row + NOTES,
        left,
        f'="Columns are ages: "&{unit}&"s since the first purchase. "&'
        f'IF({show}="retention","The share of the cohort that buys.",'
        f'IF({show}="cumulative_revenue","Sales of the cohort so far, "&Currency&".",'
        '"Sales by all customers of the cohort, "&Currency&"."))',
        "note",
    )
    return answer


def _map(page: Page, row: int, left: int, answer: Answer, show: str) -> None:
    """Write the cells of the map and their grounds."""
    customers = first_rows(answer, "customers", f"{COHORTS}")
    cohort = Shown(
        "cohort", "cohort", "answer_shrunk",
        f'{{}}&" · "&{customers}&IF({customers}=1," customer"," customers")',
    )  # fmt: skip
    ages = [Shown(f"{age}", f"{age}", "answer_share", number_format=_FIGURE) for age in range(AGES)]
    view(page, row, left, answer, [cohort, *ages], COHORTS)
    area = (row + 1, left + 1, row + COHORTS, left + AGES)
    page.sheet.conditional_format(
        *area,
        {
            "type": "formula",
            "criteria": f'={show}<>"retention"',
            "format": page.styles.alone(num_format=MONEY),
        },
    )
    page.sheet.conditional_format(
        *area,
        {
            "type": "3_color_scale",
            "min_color": LOW,
            "mid_color": WHITE,
            "max_color": HIGH,
            "mid_type": "percentile",
            "mid_value": 50,
        },
    )


def _message(page: Page, row: int, left: int, answer: Answer, show: str, unit: str) -> None:
    """Name the finding of the figure that is shown."""
    customers = answer.values("customers")

    def mean(age: int) -> str:
        cells = answer.values(f"{age}")
        return f'SUMPRODUCT({customers},{cells})/SUMPRODUCT({customers},--({cells}<>""))'

    first, next_, later = mean(0), mean(1), mean(4)
    year = f'IF({unit}="quarter",{percent(later)}&" a year later",{percent(mean(2))}&" then")'
    stay = (
        f'{percent(next_)}&" of new customers buy again in the next "&{unit}&'
        f'IFERROR(", "&{year},"")'
    )
    brought = (
        f'"New customers bring "&{thousand(first)}&" in their first "&{unit}&", "&'
        f'{thousand(next_)}&" in the next"'
    )
    top = f"MAX({answer.spill})"
    at = f"SUMPRODUCT(({answer.spill}={top})*SEQUENCE(ROWS({answer.spill})))"
    best = f"INDEX({answer.spill},{at},1)"
    most = f'"Who came in "&{best}&" brought most: "&{thousand(top)}&" so far"'
    message(
        page,
        row,
        left,
        f'IF({show}="retention",{stay},IF({show}="cumulative_revenue",{most},{brought}))',
        "What new customers do later",
    )
