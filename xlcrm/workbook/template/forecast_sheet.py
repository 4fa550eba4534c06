"""The sheet Forecast: what will be sold, when, by whom, and how surely."""

from __future__ import annotations

from typing import Any

from xlcrm.workbook.template.chart_data import SECOND, Block, chart_data, drawn, hung, series
from xlcrm.workbook.template.inputs import (
    PERIOD_HINT,
    PERIODS,
    WHERE_HINT,
    Input,
    Tile,
    asked,
    tiles,
)
from xlcrm.workbook.template.page import Page, columns
from xlcrm.workbook.template.panel import Answer, Columns, put, ruled, trouble
from xlcrm.workbook.template.style import SOFT

NAME = "Forecast"

_WHEN, _WHO, _HOW, _WHY, _DATA = 1, 13, 25, 37, 41
"""The first columns of the panels, and of the chart data behind them."""
_TILES, _TROUBLE, _INPUTS, _HEADINGS, _CHARTS, _TABLES = 2, 5, 6, 9, 10, 28
_SIZE = (1056, 340)

_MONEY: Columns = (
    ("won", "answer_money"),
    ("commit", "answer_money"),
    ("best_case", "answer_money"),
    ("weighted", "answer_money"),
    ("open", "answer_money"),
    ("total", "answer_money"),
    ("overdue", "answer_money"),
    ("override", "answer_money"),
    ("deals", "answer_money"),
    ("method", "answer"),
)
_RATES: Columns = (
    ("stage", "answer"),
    ("order", "answer_money"),
    ("configured", "answer_share"),
    ("won", "answer_money"),
    ("closed", "answer_money"),
    ("historic", "answer_share"),
    ("smoothed", "answer_share"),
    ("low", "answer_share"),
    ("high", "answer_share"),
    ("probability", "answer_share"),
    ("method", "answer"),
)


def write_forecast(workbook: Any, page: Page) -> tuple[Answer, Answer, str]:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.

    Returns:
        The answers by month and by owner, and the cell of the headline total.
    """
    _set_up(page)
    period, overdue, method, where = asked(page, _INPUTS, _WHEN, _inputs())
    of = f"{where},{period},{overdue},{method}"
    by_month = put(
        page, _TABLES, _WHEN, f'=CRM_FORECAST(Model,"month",{of})', (("month", "answer"), *_MONEY)
    )
    by_owner = put(
        page, _TABLES, _WHO, f'=CRM_FORECAST(Model,"owner",{of})', (("owner", "answer"), *_MONEY)
    )
    rates = put(page, _TABLES, _HOW, f"=CRM_STAGE_RATES(Model,{method})", _RATES, room=30)
    why = put(
        page,
        _CHARTS + 1,
        _WHY,
        f"=CRM_EXPLAIN({by_month.cell})",
        (("item", "answer"), ("value", "answer_any")),
        room=40,
    )
    for answer in (by_month, by_owner, rates, why):
        ruled(answer)
    won, _, total, _, _ = tiles(page, _TILES, _WHEN, _headline(by_month, where, period))
    months = chart_data(page, _HEADINGS, _DATA, by_month, ("won", "weighted"), 12)
    owners = chart_data(
        page, _HEADINGS + 16, _DATA, by_owner, ("won", "weighted", "total"), 12, "total"
    )
    stages = chart_data(
        page, _HEADINGS + 32, _DATA, rates, ("configured", "historic", "probability"), 7
    )
    page.write(
        _CHARTS,
        _WHY,
        "CRM_EXPLAIN shows this for every figure; with TRUE as second argument it lists the rows.",
        "note",
    )
    _titles(page, period, won, total, why)
    trouble(page, _TROUBLE, _WHEN, [by_month, by_owner, rates])
    _messages(page, by_month, by_owner, owners, rates)
    _charts(workbook, page, months, owners, stages)
    return by_month, by_owner, f"{page.name}!{total}"


def _headline(by_month: Answer, where: str, period: str) -> list[Tile]:
    won, weighted = (by_month.page.at(_TILES + 1, _WHEN + 2 * number) for number in (0, 1))
    return [
        Tile('="Won, "&Currency', f'=CRM_KPI(Model,"won_amount",,{where},{period})',
             "deals won in the period"),
        Tile('="Open by probability, "&Currency', _sum(by_month, "weighted"),
             "amount times probability"),
        Tile('="Expected in all, "&Currency', f'=IFERROR({won}+{weighted},"-")',
             "won and open together"),
        Tile('="Open if all is won, "&Currency', _sum(by_month, "open"),
             "the ceiling, not the forecast"),
        Tile('="Overdue, "&Currency', _sum(by_month, "overdue"),
             "open, expected close has passed"),
    ]  # fmt: skip


def _inputs() -> list[Input]:
    return [
        Input("Period", "this year", PERIODS, PERIOD_HINT, only=False),
        Input("Overdue deals", "push", ("push", "include", "exclude"),
              "push: counted as of today; include: where they stand; exclude: left out."),
        Input("Probability", "smoothed", ("smoothed", "configured", "historic", "deal"),
              "smoothed: won by closed of each stage, steadied by the configured probability."),
        Input("Only deals where", None, (), WHERE_HINT, only=False),
    ]  # fmt: skip


def _set_up(page: Page) -> None:
    columns(page, {0: 2, _WHO - 1: 3, _HOW - 1: 3, _WHY - 1: 3, _WHY: 30, _WHY + 1: 124})
    for first in (_WHEN, _WHO, _HOW):
        page.sheet.set_column(first, first + 10, 13)
    page.sheet.set_column(_WHY + 2, _DATA - 1, 3)
    page.sheet.set_column(_DATA, _DATA + 1, 8)
    page.sheet.set_column(_DATA + 2, _DATA + 5, 14)
    page.sheet.set_row(0, 32)
    page.sheet.set_row(1, 26)
    page.sheet.set_row(_TILES + 1, 24)
    page.sheet.set_row(_INPUTS + 1, 24)
    page.sheet.set_row(_HEADINGS, 24)
    page.sheet.freeze_panes(2, 0)
    page.sheet.set_zoom(85)
    page.sheet.set_print_scale(72)
    page.sheet.print_across()
    page.sheet.repeat_rows(0, 1)
    page.sheet.print_area(0, 0, _TABLES + 36, _WHY + 1)
    page.sheet.set_v_pagebreaks([_WHO - 1, _HOW - 1, _WHY - 1])


def _sum(answer: Answer, name: str) -> str:
    return f'=IFERROR(SUM({answer.values(name)}),"-")'


def _titles(page: Page, period: str, won: str, total: str, why: Answer) -> None:
    words = f'IF({period}="","all time",{period})'
    page.formula(
        0,
        1,
        f'=IFERROR("Forecast for "&{words}&": "&ROUND({total}/1000000,2)&" million "&Currency'
        f'&" expected, of which "&ROUND({won}/1000000,2)&" million are won",'
        '"Forecast: no figures yet")',
        "title",
    )
    found = f'XLOOKUP("definition",{why.values("item")},{why.values("value")})'
    page.formula(1, 1, f'=IFERROR("How it is computed: "&{found},"")', "subtitle")


def _messages(page: Page, by_month: Answer, by_owner: Answer, owners: Block, rates: Answer) -> None:
    """Write the headings of the panels, which say what is to be seen."""
    best = (
        f"XLOOKUP(MAX({by_month.values('total')}),{by_month.values('total')},"
        f"{by_month.values('month')})"
    )
    page.formula(
        _HEADINGS, _WHEN, f'=IFERROR("When: "&{best}&" is the strongest month","When")', "heading"
    )
    share = f"ROUND(100*{owners.cell(0, 'total')}/SUM({by_owner.values('total')}),0)"
    page.formula(
        _HEADINGS,
        _WHO,
        f'=IFERROR("Who: "&{owners.cell(0)}&" brings most, "&{share}&" % of all","Who")',
        "heading",
    )
    last = f"ROWS({rates.spill})"
    spill = rates.spill
    page.formula(
        _HEADINGS,
        _HOW,
        f'=IFERROR("How surely: of 100 deals in "&INDEX({spill},2,1)&", "'
        f'&ROUND(100*INDEX({spill},2,10),0)&" are won; of 100 in "&INDEX({spill},{last},1)&", "'
        f'&ROUND(100*INDEX({spill},{last},10),0),"How surely")',
        "heading",
    )
    page.write(_HEADINGS, _WHY, "What the forecast rests on", "heading")
    for column, text in (
        (_WHEN, '="Won and expected by month of closing, "&Currency'),
        (_WHO, '="Won and expected by seller, "&Currency'),
        (_HOW, "Win probability by stage: configured, seen so far, and in force"),
    ):
        if text.startswith("="):
            page.worded(_TABLES - 1, column, text, "note")
        else:
            page.write(_TABLES - 1, column, text, "note")


def _charts(workbook: Any, page: Page, months: Block, owners: Block, stages: Block) -> None:
    for block, column, alt in (
        (months, _WHEN, "Columns for each month: what is won, and above it what open "
         "deals will bring by their probability."),
        (owners, _WHO, "Columns for each seller, largest first: what is "
         "won, and above it what open deals will bring by their probability."),
    ):  # fmt: skip
        chart = drawn(
            workbook,
            "column",
            f"={page.name}!{page.at(_TABLES - 1, column)}",
            [series(block, "won", "Won"), series(block, "weighted", "Open by probability", SECOND)],
            subtype="stacked",
        )
        hung(page, _CHARTS, column, chart, _SIZE, alt)
    chart = drawn(
        workbook,
        "column",
        "Share of deals won from each stage, %",
        [
            series(stages, "configured", "Configured", SOFT),
            series(stages, "historic", "Seen so far", SECOND),
            series(stages, "probability", "In force"),
        ],
        number_format="0%",
        legend="right",
    )
    hung(page, _CHARTS, _HOW, chart, _SIZE,
         "Columns for each stage: the configured probability of a win, the share of past deals "
         "won, and the probability that the forecast uses.")  # fmt: skip
