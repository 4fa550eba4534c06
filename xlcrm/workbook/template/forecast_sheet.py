"""The sheet Forecast: what will be sold, when, by whom, and how surely."""

from __future__ import annotations

from typing import Any

from xlcrm.workbook.template.chart_data import SECOND, chart_data, drawn, hung, series
from xlcrm.workbook.template.forecast_certainty import write_ifs, write_months, write_stages
from xlcrm.workbook.template.forecast_layout import (
    DATA,
    DRAWN,
    LAST,
    LOWER,
    MONEY,
    MONTHS,
    NOTE,
    TALL,
    TILES,
    TITLE,
    WHEN,
    WHO,
    WHY,
    Asked,
    headed,
    set_up,
)
from xlcrm.workbook.template.forecast_outlook import write_outlook
from xlcrm.workbook.template.forecast_past import write_accuracy, write_series
from xlcrm.workbook.template.inputs import PERIOD_HINT, PERIODS, WHERE_HINT, Input, asked
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, put, ruled

NAME = "Forecast"

_SELLERS = 12


def write_forecast(workbook: Any, page: Page) -> tuple[Answer, Answer, Answer, str]:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.

    Returns:
        The answers by month and by owner, the ranges by month, and the cell of what deals are
        expected to bring in all.
    """
    set_up(page)
    period, where, overdue, method, landing = asked(page, TILES, WHEN + 12, _inputs())
    cells = Asked(period, where, overdue, method, landing, _figure(page))
    of = f"{cells.where},{cells.period},{cells.overdue},{cells.method}"
    by_month = ruled(
        put(
            page,
            MONTHS,
            WHEN,
            f'=CRM_FORECAST(Model,"month",{of})',
            (("month", "answer"), *MONEY),
            valign="vcenter",
        )
    )
    by_owner = ruled(
        put(
            page,
            LOWER,
            WHO,
            f'=CRM_FORECAST(Model,"owner",{of})',
            (("owner", "answer"), *MONEY),
            valign="vcenter",
        )
    )
    why = _rests_on(page, by_month)
    row = _who(workbook, page, by_owner)
    row, deciding = write_ifs(workbook, page, cells, row)
    row, ranges = write_months(workbook, page, cells, row)
    row = write_stages(workbook, page, cells, row)
    row = write_series(workbook, page, cells, row)
    row = write_accuracy(workbook, page, cells, row)
    total = write_outlook(workbook, page, cells, row, by_month, ranges, deciding)
    found = f'XLOOKUP("definition",{why.values("item")},{why.values("value")})'
    page.formula(NOTE, WHO, f'=IFERROR("How it is computed: "&{found},"")', "subtitle")
    return by_month, by_owner, ranges, f"{page.name}!{total}"


def _inputs() -> list[Input]:
    return [
        Input("Period", "this year", PERIODS, PERIOD_HINT, only=False),
        Input("Only deals where", None, (), WHERE_HINT, only=False),
        Input("Overdue deals", "push", ("push", "include", "exclude"),
              "push: counted as of today; include: where they stand; exclude: left out."),
        Input("Probability", "smoothed", ("smoothed", "configured", "historic", "deal"),
              "smoothed: won by closed of each stage, steadied by the configured probability."),
        Input("Landing by", "series", ("series", "pace", "pipeline"),
              "series: what came so far and its forecast from the past; pace: what came so far by "
              "the season's share; pipeline: deals won and open deals."),
    ]  # fmt: skip


def _figure(page: Page) -> str:
    """Write which figure lands: what was ordered, or what was won where no orders are kept."""
    page.write(1, DATA, "The figure that lands", "note")
    text = '=IF(COUNT(Orders[amount])=0,"won_amount","revenue")'
    page.worded(1, DATA + 3, text, "calculated")
    return page.at(1, DATA + 3)


def _who(workbook: Any, page: Page, by_owner: Answer) -> int:
    """Write the panel that says who brings it; give the first row that is free for chart data."""
    block = chart_data(page, 3, DATA, by_owner, ("won", "weighted", "total"), _SELLERS, "total")
    share = f"ROUND(100*{block.cell(0, 'total')}/SUM({by_owner.values('total')}),0)"
    headed(
        page,
        WHO,
        f'=IFERROR("Who: "&{block.cell(0)}&" brings most, "&{share}&" % of all","Who")',
        "",
        [by_owner],
    )
    page.worded(LOWER - 1, WHO, '="Won and expected by seller, "&Currency', "note")
    chart = drawn(
        workbook,
        "column",
        f"={page.name}!{page.at(LOWER - 1, WHO)}",
        [series(block, "won", "Won"), series(block, "weighted", "Open by probability", SECOND)],
        subtype="stacked",
    )
    hung(page, DRAWN, WHO, chart, (2032, TALL),
         "Columns for each seller, largest first: what is won, and above it what open deals will "
         "bring by their probability.")  # fmt: skip
    return block.row + block.rows + 1


def _rests_on(page: Page, by_month: Answer) -> Answer:
    page.write(TITLE, WHY, "What the forecast rests on", "title")
    page.write(
        NOTE,
        WHY,
        "CRM_EXPLAIN shows this for every figure; with TRUE as second argument it lists the rows.",
        "subtitle",
    )
    return ruled(
        put(
            page,
            DRAWN,
            WHY,
            f"=CRM_EXPLAIN({by_month.cell})",
            (("item", "answer"), ("value", "answer_any")),
            room=LAST - DRAWN,
        )
    )
