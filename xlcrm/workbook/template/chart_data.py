"""Chart data: a fixed block of plain cells that takes rows of an answer for a chart to show.

A chart over a spill stays empty in most programs; over such a block it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.style import ACCENT, ACCENT_LIGHT, LINE, MUTED, WHITE


@dataclass(frozen=True)
class Block:
    """Where chart data stand: a number, the row of the answer, a label, and the series."""

    page: Page
    row: int
    column: int
    rows: int
    names: tuple[str, ...]
    answer: Answer

    def cell(self, number: int, name: str = "") -> str:
        """Give the cell of a row, counted from 0; of the label where no series is named."""
        return self.page.at(self.row + number, self._column(name))

    def values(self, name: str = "") -> list[Any]:
        """Give the cells of a series as a chart wants them; of the labels where none is named."""
        column = self._column(name)
        return [self.page.name, self.row, column, self.row + self.rows - 1, column]

    def named(self, number: int) -> str:
        """Give the formula, without its sign, of the name of a row in the answer."""
        taken = xl_rowcol_to_cell(self.row + number, self.column + 1, col_abs=True)
        return f"INDEX({self.answer.spill},{taken},1)"

    def _column(self, name: str) -> int:
        return self.column + (3 + self.names.index(name) if name else 2)


def chart_data(
    page: Page,
    row: int,
    column: int,
    answer: Answer,
    names: Sequence[str],
    rows: int,
    largest: str = "",
    *,
    last: bool = False,
) -> Block:
    """Write chart data for an answer.

    Args:
        page: The sheet.
        row: The row of the block's title; its headers stand below.
        column: The first column.
        answer: The answer, whose first column gives the labels.
        names: The columns of the answer that are drawn.
        rows: How many rows are drawn.
        largest: The column by which the largest rows come first; "" for the order of the answer.
        last: Whether the last rows of the answer are drawn, where it has more than that.
    """
    page.write(row, column, "Chart data: the first rows of the answer, as plain cells", "note")
    for offset, head in enumerate(("number", "row", "label", *names)):
        page.write(row + 1, column + offset, head, "head" if offset == 2 else "head_right")
    first = row + 2
    for number in range(rows):
        at = first + number
        counted = xl_rowcol_to_cell(at, column, col_abs=True)
        taken = xl_rowcol_to_cell(at, column + 1, col_abs=True)
        page.write(at, column, number + 1, "calculated")
        chosen = _chosen(answer, counted, largest)
        if last:
            chosen += f"+MAX(0,ROWS({answer.spill})-1-{rows})"
        taken_row = f"=IF({counted}<ROWS({answer.spill}),{chosen},NA())"
        if largest:
            page.answer(at, column + 1, taken_row, "calculated_number")
        else:
            page.formula(at, column + 1, taken_row, "calculated_number")
        page.worded(at, column + 2, f'=IFERROR(INDEX({answer.spill},{taken},1),"")', "calculated")
        for offset, name in enumerate(names, 3):
            place = answer.names.index(name) + 1
            page.formula(
                at,
                column + offset,
                f"=INDEX({answer.spill},{taken},{place})",
                "calculated_number",
            )
    return Block(page, first, column, rows, tuple(names), answer)


def _chosen(answer: Answer, counted: str, largest: str) -> str:
    """Say which row of the answer stands at a place; equal ones keep their order."""
    if not largest:
        return f"{counted}+1"
    rows = f"SEQUENCE(ROWS({answer.spill}))"
    values = f"IF({rows}=1,-1E+199,IFERROR(1*{answer.values(largest)},-1E+99))"  # the header last
    return f"INDEX(SORTBY({rows},{values},-1),{counted})"


def derived(block: Block, name: str, formula: Callable[[int], str]) -> Block:
    """Add a series to chart data that is computed from the others.

    Args:
        block: The chart data.
        name: What the series is called.
        formula: Gives the formula of a row, counted from 0, without its sign.

    Returns:
        The chart data with the series.
    """
    column = block.column + 3 + len(block.names)
    block.page.write(block.row - 1, column, name, "head_right")
    for number in range(block.rows):
        taken = xl_rowcol_to_cell(block.row + number, block.column + 1, col_abs=True)
        text = f"=IF(ISNUMBER({taken}),{formula(number)},NA())"
        block.page.formula(block.row + number, column, text, "calculated_number")
    return replace(block, names=(*block.names, name))


def relabelled(block: Block, label: Callable[[int, str], str]) -> None:
    """Write other labels in place of the names that chart data begin with.

    Args:
        block: The chart data.
        label: Gives the formula of a row, counted from 0, from one that gives its name.
    """
    for number in range(block.rows):
        row = block.row + number
        block.page.worded(
            row, block.column + 2, f'=IFERROR({label(number, block.named(number))},"")',
            "calculated",
        )  # fmt: skip


_FONT = {"color": MUTED, "size": 9}


def drawn(
    workbook: Any,
    kind: str,
    title: str,
    series: Sequence[dict[str, Any]],
    *,
    subtype: str = "",
    number_format: str = "#,##0",
    legend: str = "top",
    unsaid: Sequence[int] = (),
    axis: Mapping[str, Any] | None = None,
) -> Any:
    """Make a chart in the template's style.

    Args:
        workbook: The workbook being written.
        kind: Such as ``column`` or ``bar``.
        title: What it shows, with the unit.
        series: In XlsxWriter's words.
        subtype: Such as ``stacked``.
        number_format: The format of the values' axis.
        legend: Where the legend stands, or ``none``.
        unsaid: The series that the legend leaves out, counted from 0.
        axis: Further properties of the labels' axis, in XlsxWriter's words.
    """
    chart = workbook.add_chart({"type": kind, **({"subtype": subtype} if subtype else {})})
    for one in series:
        chart.add_series(one)
    chart.set_title(
        {"name": title, "name_font": {"size": 11, "bold": False, "color": MUTED}, "overlay": False}
    )
    chart.set_legend({"position": legend, "font": _FONT, "delete_series": list(unsaid)})
    values = {
        "num_format": number_format,
        "num_font": _FONT,
        "major_gridlines": {"visible": True, "line": {"color": LINE, "width": 0.75}},
        "line": {"none": True},
    }
    labels = {"num_font": _FONT, "line": {"color": LINE}, "major_tick_mark": "none", **(axis or {})}
    chart.set_y_axis(values if kind != "bar" else {**labels, "reverse": True, "crossing": "max"})
    chart.set_x_axis(labels if kind != "bar" else values)
    chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": WHITE}})
    chart.set_plotarea({"fill": {"none": True}})
    chart.show_blanks_as("span")  # where nothing is said, some programs draw 0 for #N/A
    return chart


def series(
    block: Block, name: str, title: str, colour: str = ACCENT, **more: Any
) -> dict[str, Any]:
    """Describe a series over chart data.

    Args:
        block: The chart data.
        name: The column that is drawn.
        title: What the legend says.
        colour: Its fill.
        more: Further properties in XlsxWriter's words.
    """
    return {
        "name": title,
        "categories": block.values(),
        "values": block.values(name),
        "fill": {"color": colour},
        "border": {"none": True},
        "gap": 60,
        **more,
    }


def unseen(block: Block, name: str) -> dict[str, Any]:
    """Describe the series that others of a stack float upon."""
    return {**series(block, name, name), "fill": {"none": True}}


def traced(
    block: Block, name: str, title: str, colour: str, dash: str = "solid", width: float = 2
) -> dict[str, Any]:
    """Describe a line over chart data.

    Args:
        block: The chart data.
        name: The column that is drawn.
        title: What the legend says.
        colour: Its colour.
        dash: Such as ``dash``.
        width: In points.
    """
    return {
        "name": title,
        "categories": block.values(),
        "values": block.values(name),
        "line": {"color": colour, "width": width, "dash_type": dash},
        "marker": {"type": "none"},
    }


def marked(block: Block, name: str, title: str, colour: str, shape: str) -> dict[str, Any]:
    """Describe single marks over chart data.

    Args:
        block: The chart data.
        name: The column that is drawn.
        title: What the legend says.
        colour: Their colour.
        shape: Such as ``diamond``.
    """
    return {
        "name": title,
        "categories": block.values(),
        "values": block.values(name),
        "line": {"none": True},
        "marker": {"type": shape, "size": 8, "fill": {"color": colour}, "border": {"none": True}},
    }


def crossed(workbook: Any, chart: Any, lines: Sequence[dict[str, Any]]) -> Any:
    """Lay lines over the columns of a chart.

    Args:
        workbook: The workbook being written.
        chart: The chart.
        lines: In XlsxWriter's words.
    """
    over = workbook.add_chart({"type": "line"})
    for line in lines:
        over.add_series(line)
    chart.combine(over)
    return chart


SECOND = ACCENT_LIGHT
"""The colour of a second series."""


def hung(page: Page, row: int, column: int, chart: Any, size: tuple[int, int], alt: str) -> None:
    """Put a chart on the sheet.

    Args:
        page: The sheet.
        row: The row of its upper edge.
        column: The column of its left edge.
        chart: The chart.
        size: Width and height in pixels.
        alt: What it shows, for those who do not see it.
    """
    chart.set_size({"width": size[0], "height": size[1]})
    page.sheet.insert_chart(row, column, chart, {"description": alt, "object_position": 2})
