"""What the past says: the months ahead, the trend, and how good past forecasts were."""

from __future__ import annotations

from typing import Any

from xlcrm.workbook.template.chart_data import (
    SECOND,
    Block,
    chart_data,
    derived,
    drawn,
    hung,
    series,
    traced,
)
from xlcrm.workbook.template.forecast_layout import (
    DATA,
    DRAWN,
    GOOD,
    INPUTS,
    LOWER,
    PAST,
    TABLES,
    TALL,
    Asked,
    headed,
)
from xlcrm.workbook.template.inputs import Input, asked
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Columns, dashed, put, ruled
from xlcrm.workbook.template.style import ACCENT, MUTED, WARM

_TREND: Columns = (
    ("window", "answer_money"),
    ("months", "answer_money"),
    ("first", "answer"),
    ("last", "answer"),
    ("tau", "answer_precise"),
    ("p_value", "answer_precise"),
    ("slope", "answer_money"),
    ("yearly", "answer_share"),
    ("label", "answer"),
    ("words", "answer_small"),
)
_SERIES: Columns = (
    ("month", "answer"),
    ("actual", "answer_money"),
    ("forecast", "answer_money"),
    ("low", "answer_money"),
    ("high", "answer_money"),
    ("mean", "answer_money"),
    ("method", "answer"),
    ("note", "answer_small"),
)
_METHODS: Columns = (
    ("method", "answer"),
    ("periods", "answer_money"),
    ("forecast", "answer_money"),
    ("actual", "answer_money"),
    ("wape", "answer_share"),
    ("bias", "answer_share"),
    ("skill", "answer_share"),
    ("brier", "answer_precise"),
    ("trust", "answer"),
    ("words", "answer_small"),
)
_OWNERS: Columns = (
    ("owner", "answer"),
    ("periods", "answer_money"),
    ("forecast", "answer_money"),
    ("actual", "answer_money"),
    ("wape", "answer_share"),
    ("bias", "answer_share"),
    ("skill", "answer_share"),
    ("brier", "answer_precise"),
    ("deals", "answer_money"),
    ("seller_bias", "answer_share"),
)
_SHOWN, _WINDOWS, _JUDGED, _SELLERS = 36, 2, 10, 12


def write_series(workbook: Any, page: Page, cells: Asked, row: int) -> int:
    """Write the panel that goes by the past of the figure alone.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        cells: What is asked for.
        row: The first row that is free for chart data.

    Returns:
        The next row that is free.
    """
    ahead, method = asked(page, INPUTS, PAST, _inputs())
    of = f"Model,{cells.figure},{cells.where}"
    past = ruled(
        put(page, TABLES, PAST, f"=CRM_FORECAST_SERIES({of},,{ahead},,,{method})", _SERIES)
    )
    at = PAST + len(_SERIES) + 1
    trend = ruled(put(page, TABLES, at, f"=CRM_TREND({of})", _TREND, room=_WINDOWS))
    block = chart_data(
        page, row, DATA, past, ("actual", "forecast", "low", "high"), _SHOWN, last=True
    )
    block = derived(block, "past", lambda k: _number(block.cell(k, "actual"), "NA()"))
    for name, of in (("ahead", "forecast"), ("from", "low"), ("to", "high")):
        block = _ahead(block, name, of)
    headed(
        page,
        PAST,
        f'=IFERROR("From the past: "&INDEX({trend.values("words")},2),"From the past")',
        "What was sold by month, and what its own level, trend and season say of months ahead.",
        [past, trend],
    )
    page.worded(TABLES - 1, PAST, '="By month and the months ahead, "&Currency', "note")
    page.write(TABLES - 1, at, "Whether it grows, over 36 and over 6 months", "note")
    chart = drawn(
        workbook,
        "line",
        f"={page.name}!{page.at(TABLES - 1, PAST)}",
        [
            traced(block, "past", "So far", ACCENT, width=2.5),
            traced(block, "ahead", "Forecast", ACCENT, "dash"),
            traced(block, "to", "High", MUTED, width=1),
            traced(block, "from", "Low", MUTED, width=1),
        ],
        axis={"interval_unit": 3},
    )
    hung(page, DRAWN, PAST, chart, (2006, 304),
         "A line with past months, a dashed line with the forecast of the months ahead, and round "
         "it two thin lines, between which they will lie.")  # fmt: skip
    return block.row + block.rows + 1


def _inputs() -> list[Input]:
    return [
        Input("Months ahead", 12.0, (), "How many months to forecast, 1 to 24.", only=False,
              role="input_number"),
        Input("Method", "combination",
              ("combination", "seasonal naive", "drift", "mean", "damped trend", "ets additive",
               "ets multiplicative", "theta"),
              "combination: the mean of damped trend and Theta."),
    ]  # fmt: skip


def _number(cell: str, other: str) -> str:
    """Take a number from an answer, for its blanks would be drawn as 0."""
    return f"IF(ISNUMBER({cell}),{cell},{other})"


def _ahead(block: Block, name: str, of: str) -> Block:
    """Add a line of the months ahead, which begins at the last month so far."""

    def ahead(k: int) -> str:
        begins = "NA()"
        if k + 1 < block.rows:
            begins = f"IF(ISNUMBER({block.cell(k + 1, of)}),{block.cell(k, 'actual')},NA())"
        return _number(block.cell(k, of), begins)

    return derived(block, name, ahead)


def _missed(block: Block, name: str, test: str) -> Block:
    """Add the misses of the method to trust, or of the others."""

    def missed(k: int) -> str:
        return f'IF({block.cell(k, "trust")}{test}"yes",{block.cell(k, "wape")},NA())'

    return derived(block, name, missed)


def write_accuracy(workbook: Any, page: Page, cells: Asked, row: int) -> int:
    """Write the panel that judges past forecasts.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        cells: What is asked for.
        row: The first row that is free for chart data.

    Returns:
        The next row that is free.
    """
    methods = ruled(
        put(
            page,
            LOWER,
            GOOD,
            dashed(f'CRM_FORECAST_ACCURACY(Model,"",{cells.where})'),
            _METHODS,
            room=_JUDGED + 2,
        )
    )
    owners = ruled(
        put(
            page,
            LOWER + _JUDGED + 5,
            GOOD,
            dashed(f'CRM_FORECAST_ACCURACY(Model,"owner",{cells.where},,{cells.method})'),
            _OWNERS,
        )
    )
    judged = chart_data(page, row, DATA, methods, ("wape", "trust"), _JUDGED)
    for name, test in (("others", "<>"), ("trusted", "=")):
        judged = _missed(judged, name, test)
    biased = chart_data(page, judged.row + judged.rows + 1, DATA, owners, ("bias",), _SELLERS)
    trusted = f'XLOOKUP("yes",{methods.values("trust")},{methods.values("words")})'
    headed(
        page,
        GOOD,
        f'=IFERROR("How good were we: "&LEFT({trusted},FIND(";",{trusted}&";")-1),'
        '"How good were we")',
        "Past months as foretold from the last snapshot before each, against what was won.",
        [methods, owners],
    )
    page.write(LOWER - 1, GOOD, "By method: trust says which to rely on, and words why", "note")
    bias, names = owners.values("bias"), owners.values("owner")
    page.worded(
        owners.row - 1,
        GOOD,
        f'=IFERROR("By seller: forecasts of "&XLOOKUP(MAX({bias}),{bias},{names})&" were "'
        f'&ROUND(100*MAX({bias}),0)&" % too high","By seller")',
        "note",
    )
    misses = drawn(
        workbook,
        "bar",
        "Miss of past forecasts by method, % of what was won",
        [
            series(judged, "others", "Miss", SECOND, overlap=100),
            series(judged, "trusted", "Miss of the method to trust"),
        ],
        number_format="0%",
    )
    hung(page, DRAWN, GOOD, misses, (904, TALL),
         "Bars for each method: by what share of what was won its past forecasts missed; the one "
         "to trust is dark.")  # fmt: skip
    biases = drawn(
        workbook, "column", "Forecast too high (+) or too low (-) by seller, % of what was won",
        [series(biased, "bias", "Bias", WARM)], number_format="0%", legend="none",
        axis={"label_position": "low"},
    )  # fmt: skip
    hung(page, DRAWN, GOOD + 10, biases, (728, TALL),
         "Columns for each seller: above zero where past forecasts were too high, below where they "
         "were too low.")  # fmt: skip
    return biased.row + biased.rows + 1
