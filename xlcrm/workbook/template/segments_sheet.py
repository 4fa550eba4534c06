"""The sheet Segments: which segments and customers carry the company?"""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.workbook.template.chart_data import SECOND, Block, chart_data, drawn, hung, series
from xlcrm.workbook.template.inputs import PERIOD_HINT, PERIODS, WHERE_HINT, Input, asked
from xlcrm.workbook.template.page import Page, columns
from xlcrm.workbook.template.panel import ROOM, Answer, Columns, account_name, put, ruled, trouble
from xlcrm.workbook.template.style import MUTED, QUIET, SHARE, WARM

NAME = "Segments"

_LEFT, _RIGHT, _DATA = 1, 14, 24
_HEADINGS, _CHARTS, _TABLES = 8, 9, 27
_TOP = 20
BY = (
    "segment",
    "accounts.region",
    "industry",
    "type",
    "product",
    "products.category",
    "channel",
    "owner",
    "team",
)
"""What sales can be cut by; a name that several tables have says of which it is."""

_SEGMENTS: Columns = (
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
)
_ACCOUNTS: Columns = (
    ("rank", "answer_score"),
    ("account_id", "answer"),
    ("revenue", "answer_money"),
    ("share", "answer_share"),
    ("cumulative", "answer_share"),
    ("class", "answer"),
)


def write_segments(workbook: Any, page: Page) -> tuple[Answer, str, str]:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.

    Returns:
        The answer by segment, and the cells of its condition and period.
    """
    _set_up(page)
    by, period, where, top = asked(page, 4, _LEFT, _inputs())
    page.sheet.set_row(5, 24)
    cut = put(page, _TABLES, _LEFT, f"=CRM_SEGMENTS(Model,{by},{where},{period})", _SEGMENTS)
    best = put(
        page,
        _TABLES,
        _RIGHT,
        f"=CRM_KEY_ACCOUNTS(Model,{where},{period},,{top})",
        _ACCOUNTS,
        room=100,
    )
    ruled(cut)
    ruled(best)
    _number_formats(page, cut)
    _names(page)
    parts = chart_data(page, _HEADINGS, _DATA, cut, ("revenue", "win_rate"), 8)
    pareto = chart_data(page, _HEADINGS + 12, _DATA, best, ("revenue", "cumulative"), _TOP)
    _name_labels(page, pareto)
    trouble(page, 2, 1, [cut, best])
    _titles(page, by, period, cut, best, parts)
    _charts(workbook, page, parts, pareto)
    return cut, where, period


def _inputs() -> list[Input]:
    return [
        Input("Cut by", "industry", BY, "A column of orders, accounts, products or sellers; "
              "also several, joined by commas.", only=False),
        Input("Period", "last 12 months", PERIODS, PERIOD_HINT, only=False),
        Input("Only rows where", None, (), WHERE_HINT, only=False),
        Input("Key accounts", float(_TOP), (), "How many key accounts to list.", only=False),
    ]  # fmt: skip


def _set_up(page: Page) -> None:
    columns(page, {0: 2, _LEFT: 18, _LEFT + 1: 15, _LEFT + 2: 15, _RIGHT - 1: 3})
    page.sheet.set_column(_LEFT + 3, _LEFT + 11, 12)
    columns(page, dict(enumerate([8, 12, 14, 10, 12, 8, 24], _RIGHT)))
    page.sheet.set_column(_RIGHT + 7, _DATA - 1, 3)
    columns(page, dict(enumerate([8, 8, 24, 14, 12], _DATA)))
    page.sheet.set_row(0, 32)
    page.sheet.set_row(_HEADINGS, 24)
    page.sheet.freeze_panes(3, 0)
    page.sheet.set_zoom(85)
    page.sheet.set_print_scale(66)
    page.sheet.print_across()
    page.sheet.repeat_rows(0, 2)
    page.sheet.print_area(0, 0, _TABLES + 36, _RIGHT + 6)
    page.sheet.set_v_pagebreaks([_RIGHT - 1])


def _number_formats(page: Page, cut: Answer) -> None:
    """Let formats follow the headers: more columns to cut by move all others to the right."""
    head = xl_rowcol_to_cell(_TABLES, _LEFT + 1, row_abs=True)
    shares = ",".join(f'{head}="{name}"' for name, role in _SEGMENTS if role == "answer_share")
    for criteria, shown in ((f"=OR({shares})", SHARE), (f"=NOT(OR({shares}))", QUIET)):
        page.sheet.conditional_format(
            cut.row + 1,
            cut.column + 1,
            cut.row + ROOM,
            cut.column + len(_SEGMENTS) - 1,
            {"type": "formula", "criteria": criteria,
             "format": page.styles.alone(num_format=shown)},
        )  # fmt: skip


def _names(page: Page) -> None:
    """Write the names of key accounts beside their ids."""
    column = _RIGHT + len(_ACCOUNTS)
    page.write(_TABLES, column, "name", "head")
    for row in range(_TABLES + 1, _TABLES + 1 + 2 * _TOP):
        page.formula(row, column, account_name(page.at(row, _RIGHT + 1)))


def _name_labels(page: Page, pareto: Block) -> None:
    """Label the chart of key accounts by their names."""
    for number in range(pareto.rows):
        row, column = pareto.row + number, pareto.column + 2
        name = page.at(_TABLES + 1 + number, _RIGHT + len(_ACCOUNTS))
        page.worded(row, column, f"={name}", "calculated")


def _titles(page: Page, by: str, period: str, cut: Answer, best: Answer, parts: Block) -> None:
    words = f'IF({period}="","all time",{period})'
    top = f'INDEX({cut.spill},2,MATCH("share",INDEX({cut.spill},1,0),0))'
    page.formula(
        0,
        1,
        f'=IFERROR("Segments: "&{parts.cell(0)}&" brings "&ROUND(100*{top},0)'
        f'&" % of revenue, "&{words},"Segments: no figures yet")',
        "title",
    )
    page.write(
        1,
        1,
        "Revenue is what was ordered; win rates are deals won by deals won or lost, with their "
        "95 % interval low to high.",
        "subtitle",
    )
    page.formula(
        _HEADINGS, _LEFT, f'=IFERROR("By "&{by}&": revenue and win rate","By segment")', "heading"
    )
    rank = f"ROWS({best.spill})"
    page.formula(
        _HEADINGS,
        _RIGHT,
        f'=IFERROR("Key accounts: "&{rank}-1&" bring "&ROUND(100*INDEX({best.spill},{rank},5),0)'
        '&" % of revenue","Key accounts")',
        "heading",
    )
    page.formula(
        _TABLES - 1, _LEFT, '="Largest revenue first, "&Currency&"; share and rates of 1"', "note"
    )
    page.formula(
        _TABLES - 1, _RIGHT, '="Revenue in "&Currency&"; class A brings the first 80 %"', "note"
    )


def _charts(workbook: Any, page: Page, parts: Block, pareto: Block) -> None:
    page.worded(_HEADINGS - 1, _DATA, '="Revenue, "&Currency', "calculated")
    page.worded(
        _HEADINGS - 1,
        _DATA + 1,
        '="Revenue by customer, "&Currency&", and the share of all reached so far"',
        "calculated",
    )
    revenue = drawn(
        workbook, "bar", f"={page.name}!{page.at(_HEADINGS - 1, _DATA)}",
        [series(parts, "revenue", "Revenue")], legend="none",
    )  # fmt: skip
    hung(page, _CHARTS, _LEFT, revenue, (598, 340),
         "Bars with the revenue of each segment, largest first.")  # fmt: skip
    rates = drawn(
        workbook, "bar", "Win rate, % of closed deals",
        [series(parts, "win_rate", "Win rate", SECOND)], number_format="0%", legend="none",
    )  # fmt: skip
    hung(
        page, _CHARTS, _LEFT + 6, rates, (530, 340), "Bars with the win rate of the same segments."
    )
    chart = drawn(
        workbook,
        "column",
        f"={page.name}!{page.at(_HEADINGS - 1, _DATA + 1)}",
        [series(pareto, "revenue", "Revenue")],
    )
    line = workbook.add_chart({"type": "line"})
    line.add_series(
        {
            "name": "Share reached so far",
            "categories": pareto.values(),
            "values": pareto.values("cumulative"),
            "y2_axis": True,
            "line": {"color": WARM, "width": 2},
            "marker": {"type": "circle", "size": 5, "fill": {"color": WARM},
                       "border": {"none": True}},
        }
    )  # fmt: skip
    line.set_y2_axis(
        {"num_format": "0%", "min": 0, "max": 1, "num_font": {"color": MUTED, "size": 9},
         "line": {"none": True}, "major_gridlines": {"visible": False}}
    )  # fmt: skip
    chart.combine(line)
    hung(page, _CHARTS, _RIGHT, chart, (661, 340),
         "A Pareto chart: columns with the revenue of the largest customers, and a line with the "
         "share of all revenue that they reach together.")  # fmt: skip
