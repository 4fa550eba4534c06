"""The charts of the sheet Customers, and the plain cells that they are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlcrm.workbook.template.chart_data import (
    SECOND,
    Block,
    chart_data,
    drawn,
    hung,
    relabelled,
    series,
)
from xlcrm.workbook.template.customers_layout import (
    CHART_DATA,
    CHARTS,
    FIRST,
    HEADINGS,
    HEIGHT,
    ROOM,
    across,
)
from xlcrm.workbook.template.customers_tables import Table
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.style import ACCENT, FALL, MUTED, SOFT, WARM, WHITE

POINTS = 61
"""The points of the whale curve: where there are more customers, those at even distances."""
_SEGMENTS = 10
_TITLES = 3
_WHALE = CHART_DATA + 14


@dataclass(frozen=True)
class Whale:
    """Where the whale curve stands: its points, its peak, and how many customers it counts."""

    page: Page
    row: int
    column: int

    @property
    def peak(self) -> tuple[str, str]:
        """The cells of the share of customers and the share of profit at the peak."""
        at = self.row + POINTS
        return self.page.at(at, self.column + 1), self.page.at(at, self.column + 2)

    def values(self, offset: int) -> list[Any]:
        """Give the cells of the points: 1 for across, 2 for up."""
        column = self.column + offset
        return [self.page.name, self.row, column, self.row + POINTS - 1, column]

    def one(self, number: int, offset: int, rows: int = 1) -> list[Any]:
        """Give cells below the points.

        Args:
            number: The row of the first, counted from 0.
            offset: Its column within the chart data.
            rows: How many.
        """
        row, column = self.row + POINTS + number, self.column + offset
        return [self.page.name, row, column, row + rows - 1, column]


def write_charts(
    workbook: Any, page: Page, found: Mapping[str, Answer], names: Table
) -> tuple[Block, Whale]:
    """Write the charts and the plain cells that they show.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        found: The answers by their names.
        names: The names of key accounts.

    Returns:
        The chart data of the RFM segments, and the whale curve.
    """
    pareto = chart_data(page, HEADINGS, CHART_DATA, found["best"], ("revenue", "cumulative"), ROOM)
    relabelled(pareto, lambda n, _: names.cell(n))
    segments = chart_data(
        page, HEADINGS + ROOM + 3, CHART_DATA, found["rfm"], ("share", "revenue_share"), _SEGMENTS
    )
    whale = _curve(page, found["profit"])
    _pareto(workbook, page, pareto, _titled(page))
    _whale(workbook, page, whale)
    _rfm(workbook, page, segments)
    page.sheet.set_column(CHART_DATA, CHART_DATA + 1, 8)
    page.sheet.set_column(CHART_DATA + 2, CHART_DATA + 2, 24)
    page.sheet.set_column(CHART_DATA + 3, CHART_DATA + 30, 12)
    return segments, whale


def _titled(page: Page) -> str:
    """Write the title that names a unit, and give a reference to it."""
    page.write(_TITLES - 1, CHART_DATA + 2, "Titles of charts", "note")
    text = '="Revenue by customer, thousand "&Currency&", and the share of all reached so far"'
    page.worded(_TITLES, CHART_DATA + 2, text, "calculated")
    return f"={page.address(_TITLES, CHART_DATA + 2)}"


def _curve(page: Page, profit: Answer) -> Whale:
    """Write the points of the whale curve, its peak, and the line at all of the profit."""
    page.write(_TITLES - 1, _WHALE, "Chart data: customers and profit so far, as shares", "note")
    for offset, head in enumerate(("row", "customers", "profit so far")):
        page.write(_TITLES, _WHALE + offset, head, "head_right")
    row = _TITLES + 1
    whole = profit.values("profit_cumulative")
    known = f"COUNT({whole})"
    for number in range(POINTS):
        at = page.at(row + number, _WHALE)
        share = f"{number}/{POINTS - 1}"
        _number(page, row + number, 0, f"IF({known}=0,NA(),1+ROUND({share}*{known},0))")
        for offset, name in ((1, "customers_share"), (2, "profit_cumulative")):
            value = f"INDEX({profit.spill},{at},{profit.names.index(name) + 1})"
            _number(page, row + number, offset, f"IF({at}=1,0,{value})")
    top = row + POINTS
    _number(page, top, 0, f"IF({known}=0,NA(),MATCH(MAX({whole}),{whole},0))")
    at = page.at(top, _WHALE)
    for offset, name in ((1, "customers_share"), (2, "profit_cumulative")):
        _number(page, top, offset, f"INDEX({profit.spill},{at},{profit.names.index(name) + 1})")
    for number in (0, 1):
        page.write(top + 1 + number, _WHALE + 1, float(number), "calculated_number")
        page.write(top + 1 + number, _WHALE + 2, 1.0, "calculated_number")
    across_, up = page.at(top, _WHALE + 1), page.at(top, _WHALE + 2)
    peak = (
        f'=IFERROR("Peak: "&ROUND(100*{up},0)&" % of the profit, from "'
        f'&ROUND(100*{across_},0)&" % of the customers","Peak")'
    )
    page.worded(top, _WHALE + 3, peak, "calculated")
    return Whale(page, row, _WHALE)


def _number(page: Page, row: int, offset: int, formula: str) -> None:
    page.formula(row, _WHALE + offset, f"={formula}", "calculated_number")


def _pareto(workbook: Any, page: Page, block: Block, title: str) -> None:
    chart = drawn(
        workbook,
        "column",
        title,
        [series(block, "revenue", "Revenue")],
        number_format="#,##0,",
        axis={"num_font": {"color": MUTED, "size": 8, "rotation": -45}},
    )
    line = workbook.add_chart({"type": "line"})
    line.add_series(
        {
            "name": "Share reached so far (right)",
            "categories": block.values(),
            "values": block.values("cumulative"),
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
    hung(page, CHARTS, FIRST["A"], chart, (across("A"), HEIGHT),
         "A Pareto chart: columns with the revenue of the largest customers, and a line with the "
         "share of all revenue that they reach together.")  # fmt: skip


def _whale(workbook: Any, page: Page, whale: Whale) -> None:
    line = {"marker": {"type": "none"}}
    top = page.address(whale.row + POINTS, whale.column + 3)
    chart = drawn(
        workbook,
        "scatter",
        "Profit of the best customers so far, by their share of all customers",
        [
            {**line, "name": "Profit so far, % of all", "categories": whale.values(1),
             "values": whale.values(2), "line": {"color": ACCENT, "width": 2.25}},
            {**line, "name": "What is left in the end: 100 %", "categories": whale.one(1, 1, 2),
             "values": whale.one(1, 2, 2),
             "line": {"color": SOFT, "width": 1.25, "dash_type": "dash"}},
            {"name": f"={top}", "categories": whale.one(0, 1), "values": whale.one(0, 2),
             "line": {"none": True},
             "marker": {"type": "diamond", "size": 10, "fill": {"color": FALL},
                        "border": {"color": WHITE}}},
        ],
        subtype="straight",
        number_format="0%",
        axis={"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": False}},
    )  # fmt: skip
    hung(page, CHARTS, FIRST["B"], chart, (across("B"), HEIGHT),
         "A whale curve: customers from the most to the least profitable, and the share of all "
         "profit that they bring together; it rises above 100 % and falls where customers cost "
         "more than they bring. A diamond marks the peak.")  # fmt: skip


def _rfm(workbook: Any, page: Page, block: Block) -> None:
    chart = drawn(
        workbook,
        "column",
        "Share of customers and of revenue by RFM segment, %",
        [
            series(block, "share", "Share of customers", SOFT),
            series(block, "revenue_share", "Share of revenue", SECOND),
        ],
        number_format="0%",
    )
    hung(page, CHARTS, FIRST["C"], chart, (across("C"), HEIGHT),
         "Two columns for each RFM segment: its share of the customers, and its share of their "
         "revenue.")  # fmt: skip
