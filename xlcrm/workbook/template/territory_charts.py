"""The charts of the sheet Territory."""

from __future__ import annotations

from typing import Any

from xlcrm.workbook.template.bubble_chart import bubbles
from xlcrm.workbook.template.chart_data import drawn, hung, series
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.style import ACCENT, FALL, INK, LINE, MUTED, SOFT, WHITE
from xlcrm.workbook.template.territory_blocks import POINTS, Blocks
from xlcrm.workbook.template.territory_layout import CHARTS, FIRST, HEIGHT, last, pixels, place
from xlcrm.workbook.template.territory_map import EDGE, WIDE, Spots

_FONT = {"color": MUTED, "size": 9}
_PLOT = {"x": 0.02, "y": 0.2, "width": 0.96, "height": 0.78}


def write_charts(workbook: Any, page: Page, blocks: Blocks) -> None:
    """Write the charts.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        blocks: What they are drawn from.
    """
    _map(workbook, page, blocks)
    _shares(workbook, page, blocks)
    _visits(workbook, page, blocks.visits)
    _resellers(workbook, page, blocks)
    _distances(workbook, page, blocks)
    _alike(workbook, page, blocks)


def _hung(page: Page, first: int, end: int, chart: Any, alt: str, apart: int = 10) -> None:
    hung(page, CHARTS, first, chart, (pixels(first, end) - apart, HEIGHT), alt)


def _label(number_format: str, position: str, colour: str = INK) -> dict[str, Any]:
    """Describe the labels of a series; 0 shows none."""
    return {
        "value": True,
        "num_format": number_format,
        "font": {"color": colour, "size": 9},
        "position": position,
    }


def _dressed(chart: Any, spots: Spots, title: str) -> Any:
    """Give a chart of points its series and the template's style."""
    shown = spots.series()
    for one in (*shown, *spots.labels()):
        chart.add_series(one)
    chart.set_title(
        {"name": title, "name_font": {"size": 11, "bold": False, "color": MUTED}, "overlay": False}
    )
    unsaid = list(range(len(shown), len(shown) + POINTS))
    chart.set_legend({"position": "top", "font": _FONT, "delete_series": unsaid})
    chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": WHITE}})
    chart.show_blanks_as("gap")
    chart.show_na_as_empty_cell()
    return chart


def _map(workbook: Any, page: Page, blocks: Blocks) -> None:
    chart = _dressed(bubbles(workbook), blocks.map, blocks.titles["map"])
    axis = {"visible": False, "major_gridlines": {"visible": False}}
    chart.set_x_axis({**axis, "min": -EDGE * WIDE, "max": EDGE * WIDE})
    chart.set_y_axis({**axis, "min": -EDGE, "max": EDGE})
    chart.set_plotarea({"fill": {"color": "#F7F9FB"}, "layout": _PLOT})
    _hung(page, FIRST["regions"], place("regions", "high"), chart,
          "A map: a bubble where each territory has its accounts, as large as the potential that "
          "is not sold yet, coloured by what was found, with its name and index.")  # fmt: skip


def _visits(workbook: Any, page: Page, visits: Spots) -> None:
    chart = workbook.add_chart({"type": "scatter"})
    _dressed(chart, visits, "Penetration, %, by visits per account in the period")
    lines = {"visible": True, "line": {"color": LINE, "width": 0.75}}
    axis = {"num_font": _FONT, "min": 0, "line": {"color": LINE}, "major_tick_mark": "none"}
    chart.set_x_axis({**axis, "num_format": "0.0", "major_gridlines": {"visible": False}})
    chart.set_y_axis({**axis, "num_format": "0%", "major_gridlines": lines})
    chart.set_plotarea({"fill": {"none": True}})
    _hung(page, place("regions", "visits"), place("regions", "gap"), chart,
          "A point for each territory: visits per account across, and up the share of companies "
          "that are customers, with the territory's name.")  # fmt: skip


def _shares(workbook: Any, page: Page, blocks: Blocks) -> None:
    label = _label("0%;;", "outside_end")
    chart = drawn(
        workbook,
        "column",
        "Share of all potential and of all sales, %",
        [
            series(blocks.shares, "potential_share", "Potential", SOFT, data_labels=label),
            series(blocks.shares, "revenue_share", "Sales", ACCENT, data_labels=label),
        ],
        number_format="0%",
    )
    _hung(page, place("regions", "potential"), place("regions", "index"), chart,
          "Two columns for each territory, the largest first: its share of the potential and "
          "its share of the sales. Where the second is lower, it is neglected.")  # fmt: skip


def _resellers(workbook: Any, page: Page, blocks: Blocks) -> None:
    whole, part = (_label(shown, "outside_end") for shown in ("0;;", "0.0;;"))
    chart = drawn(
        workbook,
        "column",
        "Resellers: expected for its potential, and there",
        [
            series(blocks.shares, "expected_resellers", "Expected", SOFT, data_labels=part),
            series(blocks.shares, "resellers", "There", ACCENT, data_labels=whole),
        ],
        number_format="0.0",
    )
    _hung(page, place("regions", "lat"), last("regions"), chart,
          "Two columns for each territory: the resellers that its share of the potential would "
          "have, and those that are there.", 0)  # fmt: skip


def _inside(chart_series: dict[str, Any], blocks: Blocks) -> dict[str, Any]:
    """Name a series after the territory that is told of."""
    return {**chart_series, "name": blocks.inside}


def _distances(workbook: Any, page: Page, blocks: Blocks) -> None:
    of = blocks.distances
    chart = drawn(
        workbook,
        "column",
        "Prospects by km from the nearest customer",
        [
            _inside(series(of, "inside", "", FALL, data_labels=_label("0;;", "center", WHITE)),
                    blocks),
            series(of, "elsewhere", "elsewhere", SOFT, data_labels=_label("0;;", "center")),
        ],
        subtype="stacked",
    )  # fmt: skip
    _hung(page, FIRST["near"], last("near"), chart,
          "Columns with the number of prospects in bands of distance from the nearest customer, "
          "parted into the territory that is told of and all others.", 0)  # fmt: skip


def _alike(workbook: Any, page: Page, blocks: Blocks) -> None:
    of = blocks.alike
    chart = drawn(
        workbook,
        "bar",
        blocks.titles["alike"],
        [
            _inside(series(of, "inside", "", FALL, data_labels=_label("#,##0,;;", "inside_end",
                                                                      WHITE)), blocks),
            series(of, "elsewhere", "elsewhere", SOFT,
                   data_labels=_label("#,##0,;;", "inside_end")),
        ],
        subtype="stacked",
        number_format="#,##0,",
    )  # fmt: skip
    _hung(page, FIRST["alike"], last("alike"), chart,
          "Bars with the potential of the ten prospects that are most like the best customers, the "
          "most alike first, those in the territory that is told of in another colour.",
          0)  # fmt: skip
