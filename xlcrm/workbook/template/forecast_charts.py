"""The charts of the first screen of Forecast, and the plain cells that they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlcrm.workbook.template.chart_data import (
    SECOND,
    Block,
    chart_data,
    crossed,
    derived,
    drawn,
    hung,
    marked,
    series,
    traced,
    unseen,
)
from xlcrm.workbook.template.forecast_layout import (
    CHARTS,
    DATA,
    MONTHS,
    SPANS,
    WHEN,
    cell_of,
)
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.style import INK, SOFT, WARM

_MONTHS = 12


def range_data(page: Page, row: int, landed: Block, spans: Answer) -> Block:
    """Write the chart data of the ranges, as shares of each target.

    Args:
        page: The sheet.
        row: The first row that is free for chart data.
        landed: Where all that is sold lands.
        spans: The ranges of deals.
    """
    names = ("base", "all", "deals", "expected", "target")
    page.write(row, DATA, "Chart data: ranges, and the title of their chart", "note")
    aims = ",".join(landed.cell(span, "target") for span in range(len(SPANS)))
    page.worded(
        row,
        DATA + 3,
        f'="Range by month, quarter and year, % of the "&IF(COUNT({aims})=0,"landing","target")',
        "calculated",
    )
    for offset, head in enumerate(("", "", "label", *names)):
        page.write(row + 1, DATA + offset, head, "head" if offset == 2 else "head_right")
    block = Block(page, row + 2, DATA, 2 * len(SPANS), names, landed.answer)
    for span in range(len(SPANS)):
        label = landed.cell(span)
        every = [landed.cell(span, name) for name in ("low", "high", "landing", "target")]
        deals = [cell_of(spans, span, name) for name in ("p10", "p90", "mean", "target")]
        for part, (about, ends) in enumerate((("all", every), ("deals", deals))):
            at = block.row + 2 * span + part
            page.worded(at, DATA + 2, f'=IF({label}="","",{label}&" {about}")', "calculated")
            for offset, text in enumerate(_heights(part, *ends), 3):
                shown = f"=IF(TRUE,IFERROR({text},NA()))"
                page.formula(at, DATA + offset, shown, "calculated_number")
    return block


def _heights(part: int, low: str, high: str, expected: str, target: str) -> Sequence[str]:
    """Say what is drawn of a range: what it stands on, its height, and its marks."""
    by = f"IF(ISNUMBER({target}),{target},{expected})"
    height = f"({high}-{low})/{by}"
    stacked = ("NA()", height) if part else (height, "NA()")
    return f"{low}/{by}", *stacked, f"{expected}/{by}", f"{target}/{target}"


def month_data(page: Page, row: int, by_month: Answer, ranges: Answer) -> Block:
    """Write the chart data of months: what deals bring, and the plan for it.

    Args:
        page: The sheet.
        row: The first row that is free for chart data.
        by_month: The forecast by month.
        ranges: The range by month, with its targets.
    """
    block = chart_data(
        page, row, DATA, by_month, ("won", "weighted", "create_and_close"), _MONTHS, last=True
    )
    months, targets = ranges.values("month"), ranges.values("target")
    return derived(
        block, "plan", lambda k: f"IFERROR(0+XLOOKUP({block.cell(k)},{months},{targets}),NA())"
    )


def draw(
    workbook: Any, page: Page, months: Block, bars: Block, decide: Block, decides: str
) -> None:
    """Draw what deals bring by month, the ranges, and the deals that decide.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        months: The chart data of months.
        bars: The chart data of ranges.
        decide: The chart data of the deals that decide.
        decides: The cell with the title of their chart.
    """
    chart = drawn(
        workbook,
        "column",
        f"={page.name}!{page.at(MONTHS - 1, WHEN)}",
        [
            series(months, "won", "Won"),
            series(months, "weighted", "Open by probability", SECOND),
            series(months, "create_and_close", "Not yet created", SOFT),
        ],
        subtype="stacked",
    )
    crossed(
        workbook,
        chart,
        [
            traced(months, "plan", "Plan", WARM),
        ],
    )
    hung(page, CHARTS, WHEN, chart, (1132, 254),
         "Columns for each month: what deals have won, above it open deals by their probability, "
         "and deals not yet created; a line with the plan.")  # fmt: skip
    chart = drawn(
        workbook,
        "column",
        f"={page.name}!{page.at(bars.row - 2, bars.column + 3)}",
        [
            unseen(bars, "base"),
            series(bars, "all", "All, low to high"),
            series(bars, "deals", "Deals, P10 to P90", SECOND),
        ],
        subtype="stacked",
        number_format="0%",
        unsaid=(0,),
    )
    crossed(
        workbook,
        chart,
        [
            traced(bars, "target", "Target", WARM),
            marked(bars, "expected", "Expected", INK, "diamond"),
        ],
    )
    hung(page, CHARTS, WHEN + 13, chart, (428, 254),
         "Floating columns for month, quarter and year, of all revenue and of deals alone: the "
         "range in which they will lie as a share of the target, which is a line.")  # fmt: skip
    chart = drawn(
        workbook, "bar", f"={page.name}!{decides}",
        [series(decide, "effect", "Effect")], number_format="0%", legend="none",
    )  # fmt: skip
    hung(page, CHARTS, WHEN + 14, chart, (452, 254),
         "Bars for the five deals that decide most: how far winning rather than losing each moves "
         "the chance of the target.")  # fmt: skip
