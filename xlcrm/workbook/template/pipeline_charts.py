"""The charts of the sheet Pipeline, and what they are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlcrm.workbook.template.chart_data import SECOND, Block, drawn, hung, series
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.pipeline_blocks import blocks_of, titles_of
from xlcrm.workbook.template.pipeline_layout import CHARTS, FIRST, pixels, place
from xlcrm.workbook.template.style import ACCENT, FALL, INK, MUTED, RISE, SOFT, WARM, WHITE

_HEIGHT = 300


def write_charts(
    workbook: Any, page: Page, found: Mapping[str, Answer], steps: Answer, watched: str
) -> dict[str, Block]:
    """Write the charts and the plain cells that they show.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        found: The answers by their panels.
        steps: The steps of the waterfall.
        watched: The cell of the period that is watched.

    Returns:
        The chart data by their panels.
    """
    titles = titles_of(page, found["moves"], watched)
    blocks = blocks_of(page, found, steps)
    _funnel(workbook, page, blocks["stages"])
    _waterfall(workbook, page, blocks["steps"], titles[0])
    _slips(workbook, page, blocks["slips"], titles[1])
    _pareto(workbook, page, blocks["lost"], titles[2])
    _coverage(workbook, page, blocks["sellers"], titles[3])
    _by_stage(workbook, page, blocks["open"], titles[4])
    _by_need(workbook, page, blocks["needs"])
    return blocks


def _label(number_format: str, colour: str = INK, position: str = "") -> dict[str, Any]:
    """Describe the labels of a series; 0 shows none."""
    more = {"position": position} if position else {}
    return {
        "value": True,
        "num_format": number_format,
        "font": {"color": colour, "size": 9},
        **more,
    }


def _size(first: int, last: int, apart: int = 10) -> tuple[int, int]:
    """Give the size of a chart over columns, a little apart from the next."""
    return pixels(first, last) - apart, _HEIGHT


def _funnel(workbook: Any, page: Page, stages: Block) -> None:
    chart = drawn(
        workbook,
        "bar",
        "Deals that reached each stage, and how many of them moved on",
        [
            series(stages, "moved_on", "Moved on",
                   data_labels=_label("#,##0;;", WHITE, "center")),
            series(stages, "dropped", "Dropped off before the next, or still there", SOFT,
                   data_labels=_label("#,##0;;", INK, "center")),
        ],
        subtype="stacked",
    )  # fmt: skip
    hung(page, CHARTS, 1, chart, _size(1, place("today", "expected_close")),
         "A funnel: for each stage a bar of the deals that reached it, parted into those that "
         "moved on and those that dropped off, with the share that dropped off.")  # fmt: skip


def _waterfall(workbook: Any, page: Page, steps: Block, title: str) -> None:
    chart = drawn(
        workbook,
        "column",
        title,
        [
            series(steps, "base", "Base", fill={"none": True}),
            series(steps, "total", "Open"),
            series(steps, "came in", "Came in", RISE),
            series(steps, "gone", "Went out", FALL),
            series(steps, "sold", "Won", SECOND),
        ],
        subtype="stacked",
        number_format="#,##0,",
    )  # fmt: skip
    chart.set_legend({"position": "top", "font": {"color": MUTED, "size": 9}, "delete_series": [0]})
    first, last = place("today", "idle"), place("today", "reason")
    hung(page, CHARTS, first, chart, _size(first, last),
         "A waterfall from the open pipeline of the first snapshot to that of the second: what "
         "came in rises, what was pushed out, lost or won falls.")  # fmt: skip


def _line(
    workbook: Any, block: Block, name: str, title: str, number_format: str, *, joined: bool
) -> Any:
    """Make a line or points over columns, with an axis of its own at the right."""
    line = workbook.add_chart({"type": "line"})
    line.add_series(
        {
            "name": title,
            "categories": block.values(),
            "values": block.values(name),
            "y2_axis": True,
            "line": {"color": WARM, "width": 2} if joined else {"none": True},
            "marker": {"type": "circle" if joined else "diamond", "size": 6 if joined else 9,
                       "fill": {"color": WARM}, "border": {"color": WHITE}},
        }
    )  # fmt: skip
    line.set_y2_axis(
        {
            "num_format": number_format,
            "min": 0,
            **({"max": 1} if joined else {}),
            "num_font": {"color": MUTED, "size": 9},
            "line": {"none": True},
            "major_gridlines": {"visible": False},
        }
    )
    return line


def _slips(workbook: Any, page: Page, slips: Block, title: str) -> None:
    chart = drawn(
        workbook,
        "column",
        title,
        [
            series(slips, "rate", "Slipped, %", points=[{"fill": {"color": FALL}}],
                   data_labels=_label("0%;;", INK, "outside_end"))
        ],
        number_format="0%",
    )  # fmt: skip
    chart.combine(
        _line(workbook, slips, "at_risk", "Due this month (right)", "#,##0,", joined=False)
    )
    first, last = place("today", "action"), place("today", "unchecked")
    hung(page, CHARTS, first, chart, _size(first, last, 0),
         "Columns with the share of expected money that slipped late in the month by seller, the "
         "worst first, and points with the money that each still expects this month.")  # fmt: skip


def _pareto(workbook: Any, page: Page, lost: Block, title: str) -> None:
    chart = drawn(
        workbook,
        "column",
        title,
        [
            series(lost, "followed", "Followed well"),
            series(lost, "poor_amount", "Followed poorly", SOFT),
        ],
        subtype="stacked",
        number_format="#,##0,",
    )
    chart.combine(
        _line(workbook, lost, "cumulative", "Share of all so far (right)", "0%", joined=True)
    )
    last = place("lost", "avoidable")
    hung(page, CHARTS, FIRST["lost"], chart, _size(FIRST["lost"], last, 0),
         "A Pareto chart: columns with the amount lost for each reason, parted by how deals were "
         "followed, and a line with the share that they reach together.")  # fmt: skip


def _coverage(workbook: Any, page: Page, sellers: Block, title: str) -> None:
    chart = drawn(
        workbook,
        "column",
        title,
        [
            series(sellers, "value", "Open deals", ACCENT),
            series(sellers, "needed", "What the target still needs", SOFT),
        ],
        number_format="#,##0,",
    )
    last = place("sellers", "method")
    hung(page, CHARTS, FIRST["sellers"], chart, _size(FIRST["sellers"], last, 0),
         "Two columns for each seller: the open deals of the period, and what is missing for the "
         "target. Where the first is lower, the target cannot be reached.")  # fmt: skip


def _by_stage(workbook: Any, page: Page, stages: Block, title: str) -> None:
    chart = drawn(
        workbook,
        "column",
        title,
        [
            series(stages, "value", "If all is won", SOFT),
            series(stages, "weighted", "By probability"),
        ],
        number_format="#,##0,",
    )
    last = place("stages", "method")
    hung(page, CHARTS, FIRST["stages"], chart, _size(FIRST["stages"], last, 0),
         "Two columns for each stage: what its open deals would bring if all were won, and what "
         "they will bring by their probability.")  # fmt: skip


def _by_need(workbook: Any, page: Page, needs: Block) -> None:
    chart = drawn(
        workbook,
        "column",
        "Open deals by seller, those that need attention most first",
        [
            series(needs, "needing", "Need attention", data_labels=_label("0;;", WHITE, "center")),
            series(needs, "fine", "Fine", SOFT),
        ],
        subtype="stacked",
    )
    last = place("needs", "unchecked")
    hung(page, CHARTS, FIRST["needs"], chart, _size(FIRST["needs"], last, 0),
         "Columns with the open deals of each seller, parted into those that need attention and "
         "those that are fine.")  # fmt: skip
