"""The charts of the sheet Segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlcrm.workbook.template.chart_data import SECOND, Block, drawn, hung, series, unseen
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.segments_blocks import blocks_of, titles_of
from xlcrm.workbook.template.segments_layout import CHARTS, FIRST, HEIGHT, last, pixels, place
from xlcrm.workbook.template.style import FALL, INK, MUTED, RISE, SOFT, WARM, WHITE

_THOUSAND = "#,##0,"


def write_charts(
    workbook: Any, page: Page, found: Mapping[str, Answer], kpi: str, column: str
) -> dict[str, Block]:
    """Write the charts and the plain cells that they show.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        found: The answers by their panels.
        kpi: The cell of the figure that is compared.
        column: The cell of the column whose values are counted.

    Returns:
        The chart data by their charts.
    """
    titles = titles_of(page, found, kpi, column)
    blocks = blocks_of(page, found)
    for draw in (_economics, _cost, _steps, _revenue, _win_rate, _bridge, _basket, _leakage,
                 _realisation, _profile, _changes, _spread):  # fmt: skip
        draw(workbook, page, blocks, titles)
    return blocks


Blocks = Mapping[str, Block]
Titles = Mapping[str, str]


def _label(number_format: str, colour: str = INK, position: str = "") -> dict[str, Any]:
    """Describe the labels of a series."""
    more = {"position": position} if position else {}
    return {
        "value": True,
        "num_format": number_format,
        "font": {"color": colour, "size": 9},
        **more,
    }


def _hung(page: Page, chart: Any, first: int, final: int, alt: str, *, apart: int = 10) -> None:
    """Hang a chart over columns, a little apart from the next."""
    hung(page, CHARTS, first, chart, (pixels(first, final) - apart, HEIGHT), alt)


def _economics(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    block = blocks["economics"]
    chart = drawn(
        workbook,
        "column",
        titles["economics"],
        [
            series(block, "margin_per_customer", "Margin per customer",
                   data_labels=_label("#,##0.0,", INK, "outside_end")),
            series(block, "net_per_new", "Net of acquisition cost, per new customer", WARM,
                   data_labels=_label("#,##0.0,", INK, "outside_end")),
        ],
        number_format=_THOUSAND,
        axis={"label_position": "low"},
    )  # fmt: skip
    _hung(page, chart, 1, place("economics", "seller_time"),
          "Two columns for each segment: the margin of a customer, and what is left of it after "
          "the cost of winning one. Labels say how the rank changes.")  # fmt: skip


def _cost(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    block = blocks["cost"]
    chart = drawn(
        workbook,
        "column",
        titles["cost"],
        [
            series(block, "marketing each", "Marketing", data_labels=_label(
                "[>=2000]#,##0.0,;;", WHITE, "center")),
            series(block, "time each", "Sellers' time", SOFT, data_labels=_label(
                "[>=2000]#,##0.0,;;", INK, "center")),
        ],
        subtype="stacked",
        number_format=_THOUSAND,
    )  # fmt: skip
    _hung(page, chart, place("economics", "cac"), place("economics", "rank_before"),
          "A column for each segment with what winning a customer costs, parted into marketing "
          "and sellers' time. Labels say in how many months it pays back.")  # fmt: skip


def _steps(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    block = blocks["steps"]
    chart = drawn(
        workbook,
        "column",
        titles["steps"],
        [
            unseen(block, "base"),
            series(block, "stands", "Revenue"),
            series(block, "came", "Gained", RISE),
            series(block, "went", "Lost", FALL),
        ],
        subtype="stacked",
        number_format=_THOUSAND,
        unsaid=[0],
    )
    _hung(page, chart, place("economics", "rank_after"), last("moves"),
          "A waterfall from the revenue before to the revenue after: new customers, cross-selling "
          "and more rise, less and lost customers fall.", apart=0)  # fmt: skip


def _revenue(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    chart = drawn(
        workbook, "bar", titles["sales"],
        [series(blocks["sales"], "revenue", "Revenue",
                data_labels=_label(_THOUSAND, INK, "outside_end"))],
        number_format=_THOUSAND, legend="none",
    )  # fmt: skip
    _hung(page, chart, FIRST["sales"], place("sales", "basket"),
          "Bars with the revenue of each segment, largest first.")  # fmt: skip


def _win_rate(workbook: Any, page: Page, blocks: Blocks, _: Titles) -> None:
    chart = drawn(
        workbook, "bar", "Win rate, % of closed deals",
        [series(blocks["sales"], "win_rate", "Win rate", SECOND,
                data_labels=_label("0%", INK, "outside_end"))],
        number_format="0%", legend="none",
    )  # fmt: skip
    _hung(page, chart, place("sales", "per_customer"), last("sales"),
          "Bars with the win rate of the same segments.", apart=0)  # fmt: skip


def _bridge(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    block = blocks["bridge"]
    chart = drawn(
        workbook,
        "bar",
        titles["bridge"],
        [
            series(block, "new of one", "New customers", RISE),
            series(block, "cross_sell of one", "Cross-selling", SECOND),
            series(block, "more of one", "More", SOFT),
            series(block, "less of one", "Less", WARM),
            series(block, "lost of one", "Lost customers", FALL),
        ],
        subtype="stacked",
        number_format=_THOUSAND,
        axis={"label_position": "low"},
    )
    _hung(page, chart, FIRST["bridge"], last("bridge"),
          "A bar for each segment: right of the line what new customers, cross-selling and more "
          "sales brought, left of it what less and lost customers took.", apart=0)  # fmt: skip


def _basket(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    block = blocks["basket"]
    chart = drawn(
        workbook,
        "column",
        titles["basket"],
        [
            series(block, "per_customer", "In the period",
                   data_labels=_label(_THOUSAND, INK, "outside_end")),
            series(block, "lifetime", "Ever", SOFT,
                   data_labels=_label(_THOUSAND, INK, "outside_end")),
        ],
        number_format=_THOUSAND,
    )  # fmt: skip
    _hung(page, chart, FIRST["basket"], last("basket"),
          "Two columns for each segment: what a customer spent in the period, and what a customer "
          "has spent so far.", apart=0)  # fmt: skip


def _leakage(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    chart = drawn(
        workbook, "bar", titles["leakage"],
        [series(blocks["price"], "leakage of one", "Leakage", FALL,
                data_labels=_label("#,##0;;", INK, "outside_end"))],
        legend="none",
    )  # fmt: skip
    _hung(page, chart, FIRST["price"], place("price", "discount"),
          "Bars with what discounts beyond the allowed one cost, the most first.")  # fmt: skip


def _realisation(workbook: Any, page: Page, blocks: Blocks, _: Titles) -> None:
    chart = drawn(
        workbook, "bar", "Price realisation: revenue, % of list value",
        [series(blocks["price"], "realisation", "Realisation", SECOND,
                data_labels=_label("0.0%;;", INK, "outside_end"))],
        number_format="0%", legend="none",
    )  # fmt: skip
    chart.x_axis["min"] = 0  # bars are as long as what they show
    _hung(page, chart, place("price", "discount_share"), last("price"),
          "Bars with the share of the list value that customers paid, in the same order, the last "
          "of all.", apart=0)  # fmt: skip


def _profile(workbook: Any, page: Page, blocks: Blocks, _: Titles) -> None:
    block = blocks["profile"]
    chart = drawn(
        workbook,
        "bar",
        "How many times as common among the best customers as among all accounts",
        [
            series(block, "typical", "Typical",
                   data_labels=_label("0.0;;", WHITE, "inside_end")),
            series(block, "may be chance", "May be chance", SOFT,
                   data_labels=_label("0.0;;", INK, "inside_end")),
        ],
        subtype="stacked",
        number_format="0.0",
    )  # fmt: skip
    _hung(page, chart, FIRST["profile"], last("profile"),
          "Bars with how many times as common an attribute is among the best customers as among "
          "all accounts, the most telling first.", apart=0)  # fmt: skip


def _changes(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    block = blocks["changes"]
    shown = "[>=100]#,##0;[<=-100]-#,##0;0.0##"
    chart = drawn(
        workbook,
        "bar",
        titles["changes"],
        [
            series(block, "rises", "Raises it", RISE),
            series(block, "falls", "Lowers it", FALL),
            series(block, "all", "The change of all", SOFT),
        ],
        subtype="stacked",
        number_format=shown,
        axis={"label_position": "low"},
    )
    _hung(page, chart, FIRST["changes"], last("changes"),
          "Bars with what each segment adds to the change of the figure, right of the line or "
          "left of it, and the change of all.", apart=0)  # fmt: skip


def _spread(workbook: Any, page: Page, blocks: Blocks, titles: Titles) -> None:
    chart = drawn(
        workbook, "column", titles["spread"],
        [series(blocks["spread"], "counted", "Values", gap=10,
                data_labels=_label("#,##0;;", INK, "outside_end"))],
        legend="none",
        axis={"num_font": {"color": MUTED, "size": 9, "rotation": -45}},
    )  # fmt: skip
    _hung(page, chart, FIRST["spread"], last("spread"),
          "A histogram: a column for each range of values, as high as there are values in it; the "
          "last column holds all ranges from there on.", apart=0)  # fmt: skip
