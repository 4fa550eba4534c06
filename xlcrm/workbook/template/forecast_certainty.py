"""How sure the forecast is: what if, the range of each month, and the chance of each stage."""

from __future__ import annotations

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
    relabelled,
    series,
    traced,
    unseen,
)
from xlcrm.workbook.template.forecast_layout import (
    DATA,
    DRAWN,
    IFS,
    INPUTS,
    LOWER,
    RANGE,
    STAGES,
    SURE,
    TALL,
    Asked,
    headed,
)
from xlcrm.workbook.template.inputs import PERIOD_HINT, Input, asked
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, Columns, dashed, put, ruled
from xlcrm.workbook.template.style import ACCENT, INK, SOFT, WARM

_SCENARIO: Columns = (
    ("scenario", "answer"),
    ("deals", "answer_money"),
    ("won", "answer_money"),
    ("weighted", "answer_money"),
    ("total", "answer_money"),
    ("change", "answer_money"),
    ("p10", "answer_money"),
    ("p50", "answer_money"),
    ("p90", "answer_money"),
    ("target", "answer_money"),
    ("probability", "answer_share"),
    ("rho", "answer_ratio"),
    ("method", "answer"),
    ("what", "answer_small"),
)
_DECIDING: Columns = (
    ("deal_id", "answer"),
    ("owner", "answer"),
    ("amount", "answer_money"),
    ("chance", "answer_share"),
    ("if_won", "answer_share"),
    ("if_lost", "answer_share"),
    ("effect", "answer_share"),
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
_SCENARIOS, _DEALS, _MONTHS, _STAGES = 5, 5, 12, 7
_PERIODS = ("this month", "this quarter", "next quarter", "this year", "next 3 months")
_FLOATING = ("p10", "p90", "target")


def write_ifs(
    workbook: Any, page: Page, cells: Asked, row: int
) -> tuple[int, tuple[Answer, Block, str]]:
    """Write the panel that asks what if, and which deals decide.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        cells: What is asked for.
        row: The first row that is free for chart data.

    Returns:
        The next row that is free; the deals that decide, as answer and as chart data, and the cell
        of the period.
    """
    period, lose, slip, shift = asked(page, INPUTS, IFS, _assumptions())
    of = f"{cells.where},{period}"
    scenario = ruled(
        put(
            page,
            LOWER,
            IFS,
            dashed(
                f"CRM_SCENARIO(Model,{of},{lose},{slip},{shift},,{cells.overdue},{cells.method})"
            ),
            _SCENARIO,
            room=_SCENARIOS,
        )
    )
    deciding = ruled(
        put(
            page,
            LOWER + _SCENARIOS + 3,
            IFS,
            f'=CRM_FORECAST_RANGE(Model,,{of},,,{cells.overdue},"deals",{cells.method})',
            _DECIDING,
            room=_DEALS,
        )
    )
    changed = chart_data(page, row, DATA, scenario, ("change", "total", *_FLOATING), _SCENARIOS)
    changed = _floating(changed)
    row = changed.row + changed.rows + 1
    decide = chart_data(page, row, DATA, deciding, ("effect", "owner"), _DEALS)
    relabelled(decide, lambda k, name: f'{name}&" "&{decide.cell(k, "owner")}')
    worst = f"INDEX({scenario.values('probability')},{_SCENARIOS + 1})"
    stands = f"INDEX({scenario.values('probability')},2)"
    headed(
        page,
        IFS,
        f'=IFERROR("What if, "&{period}&": the chance of the target is "&ROUND(100*{stands},0)'
        f'&" %, and "&ROUND(100*{worst},0)&" % with all losses together",'
        f'"What if, "&{period})',
        "Each line changes one thing and computes the forecast and its exact range again.",
        [scenario, deciding],
    )
    page.worded(LOWER - 1, IFS, '="Range P10 to P90 and target, "&Currency', "note")
    page.worded(LOWER - 1, IFS + 13, '="Change against as it stands, "&Currency', "note")
    page.worded(
        deciding.row - 1,
        IFS,
        f'="Deals that decide, "&{period}&": chance of the target if won and if lost"',
        "note",
    )
    chart = _ranges(
        workbook, changed, "total", "Expected", f"={page.name}!{page.at(LOWER - 1, IFS)}"
    )
    hung(page, DRAWN, IFS, chart, (1172, TALL),
         "A floating column for each scenario from P10 to P90 of what will have been won, with "
         "what is expected as a mark and the target as a line.")  # fmt: skip
    change = drawn(
        workbook, "bar", f"={page.name}!{page.at(LOWER - 1, IFS + 13)}",
        [series(changed, "change", "Change")], legend="none", axis={"label_position": "low"},
    )  # fmt: skip
    hung(page, DRAWN, IFS + 13, change, (856, TALL),
         "Bars with what each scenario takes away from the forecast as it stands.")  # fmt: skip
    return decide.row + decide.rows + 1, (deciding, decide, period)


def _assumptions() -> list[Input]:
    return [
        Input("What if, in", "this quarter", _PERIODS, PERIOD_HINT, only=False),
        Input("Deals lost", 1.0, (), "How many of the biggest open deals are lost.", only=False,
              role="input_number"),
        Input("Days slip", 30.0, (), "By how many days every open deal closes later.", only=False,
              role="input_number"),
        Input("Chances", -0.1, (), "What is added to every open deal's probability.", only=False,
              role="input_share"),
    ]  # fmt: skip


def write_months(workbook: Any, page: Page, cells: Asked, row: int) -> tuple[int, Answer]:
    """Write the panel with the range of each month.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        cells: What is asked for.
        row: The first row that is free for chart data.

    Returns:
        The next row that is free, and the ranges by month.
    """
    call = f'CRM_FORECAST_RANGE(Model,"month",{cells.where},{cells.period}{cells.how})'
    ranges = ruled(put(page, LOWER, SURE, dashed(call), (("month", "answer"), *RANGE)))
    block = chart_data(page, row, DATA, ranges, ("mean", *_FLOATING), _MONTHS, last=True)
    block = _floating(block)
    chance = ranges.values("probability")
    headed(
        page,
        SURE,
        f'=IFERROR("How surely"&IF(COUNT({chance})=0,"",": "&COUNTIF({chance},">=0.5")&" of "'
        f'&COUNT({chance})&" months reach the target of deals rather than not"),"How surely")',
        "The exact distribution of what deals bring; orders without a deal come on top of it.",
        [ranges],
    )
    page.worded(
        LOWER - 1, SURE, '="What deals bring by month: range P10 to P90 and target, "&Currency',
        "note",
    )  # fmt: skip
    chart = _ranges(workbook, block, "mean", "Expected", f"={page.name}!{page.at(LOWER - 1, SURE)}")
    hung(page, DRAWN, SURE, chart, (1400, TALL),
         "A floating column for each month from P10 to P90 of what deals will have brought, with "
         "what is expected as a mark and the target as a line.")  # fmt: skip
    return block.row + block.rows + 1, ranges


def _floating(block: Block) -> Block:
    """Add what floats: its height above P10, and the target where there is one."""
    above = derived(block, "band", lambda k: f"{block.cell(k, 'p90')}-{block.cell(k, 'p10')}")
    return derived(
        above,
        "aim",
        lambda k: f"IF(ISNUMBER({block.cell(k, 'target')}),{block.cell(k, 'target')},NA())",
    )


def _ranges(workbook: Any, block: Block, expected: str, said: str, title: str) -> Any:
    chart = drawn(
        workbook, "column", title,
        [unseen(block, "p10"), series(block, "band", "Range P10 to P90", SECOND)],
        subtype="stacked", unsaid=(0,),
    )  # fmt: skip
    return crossed(
        workbook,
        chart,
        [
            traced(block, "aim", "Target", WARM),
            marked(block, expected, said, INK, "diamond"),
        ],
    )


def write_stages(workbook: Any, page: Page, cells: Asked, row: int) -> int:
    """Write the panel with the chance of a win from each stage.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        cells: What is asked for.
        row: The first row that is free for chart data.

    Returns:
        The next row that is free.
    """
    rates = ruled(
        put(page, LOWER, STAGES, f"=CRM_STAGE_RATES(Model,{cells.method})", _RATES, room=30)
    )
    block = chart_data(page, row, DATA, rates, ("configured", "historic", "probability"), _STAGES)
    last, spill = f"ROWS({rates.spill})", rates.spill
    headed(
        page,
        STAGES,
        f'=IFERROR("Chances: of 100 deals in "&INDEX({spill},2,1)&", "'
        f'&ROUND(100*INDEX({spill},2,10),0)&" are won; of 100 in "&INDEX({spill},{last},1)&", "'
        f'&ROUND(100*INDEX({spill},{last},10),0),"Chances of each stage")',
        "Shares of past deals, steadied by the configured probability, with their interval.",
        [rates],
    )
    page.write(
        LOWER - 1,
        STAGES,
        "Win probability by stage: configured, seen so far, and in force",
        "note",
    )
    chart = drawn(
        workbook,
        "column",
        "Share of deals won from each stage, %",
        [
            series(block, "configured", "Configured", SOFT),
            series(block, "historic", "Seen so far", SECOND),
            series(block, "probability", "In force", ACCENT),
        ],
        number_format="0%",
    )
    hung(page, DRAWN, STAGES, chart, (1050, TALL),
         "Columns for each stage: the configured probability of a win, the share of past deals "
         "won, and the probability that the forecast uses.")  # fmt: skip
    return block.row + block.rows + 1
