"""The first screen of Forecast: where month, quarter and year land, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlcrm.workbook.template.chart_data import (
    Block,
    chart_data,
    derived,
)
from xlcrm.workbook.template.forecast_charts import draw, month_data, range_data
from xlcrm.workbook.template.forecast_layout import (
    DATA,
    HEADINGS,
    MONTHS,
    NOTE,
    RANGE,
    RANGES,
    SPANS,
    TABLES,
    TILES,
    TITLE,
    TROUBLE,
    WHEN,
    Asked,
    cell_of,
)
from xlcrm.workbook.template.inputs import Tile, tiles
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import (
    Answer,
    Columns,
    dashed,
    put,
    ruled,
    status_colours,
    trouble,
)
from xlcrm.workbook.template.style import STATUS, SYMBOL_FONT, SYMBOLS

_LANDING: Columns = (
    ("period", "answer"),
    ("actual", "answer_money"),
    ("elapsed", "answer_share"),
    ("remaining", "answer_money"),
    ("landing", "answer_money"),
    ("low", "answer_money"),
    ("high", "answer_money"),
    ("target", "answer_money"),
    ("attainment", "answer_share"),
    ("gap", "answer_money"),
    ("pace", "answer_share"),
    ("probability", "answer_share"),
    ("method", "answer"),
    ("note", "answer_small"),
)
_LIKELY, _OPEN, _UNLIKELY = (
    f"{SYMBOLS[status]} {word}"
    for status, word in (("green", "likely"), ("amber", "open"), ("red", "unlikely"))
)
_WORDS = {_LIKELY: STATUS["green"], _OPEN: STATUS["amber"], _UNLIKELY: STATUS["red"]}
_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def write_outlook(
    workbook: Any,
    page: Page,
    cells: Asked,
    row: int,
    by_month: Answer,
    ranges: Answer,
    deciding: tuple[Answer, Block, str],
) -> str:
    """Write the first screen.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        cells: What is asked for.
        row: The first row that is free for chart data.
        by_month: The forecast by month.
        ranges: The range by month, with its targets.
        deciding: The deals that decide, as answer and as chart data, and the cell of their period.

    Returns:
        The cell of what deals are expected to bring in all.
    """
    landing = put(
        page,
        TABLES,
        WHEN + 1,
        dashed(f"CRM_LANDING(Model,{cells.figure},{cells.where},,,{cells.landing})"),
        _LANDING,
        room=len(SPANS),
    )
    spans = _ranges(page, cells)
    _judged(page, landing, ("low", "high"), f'="all "&{cells.figure}')
    _judged(page, spans, ("p10", "p90"), '="deals alone"')
    decide, block, period = deciding
    facts = _facts(page, row, landing, by_month, cells, period)
    unit, named, _, _, total, decides = facts
    landed = _said(chart_data(page, row + 8, DATA, landing, _DRAWN, len(SPANS)), unit)
    bars = range_data(page, row + 8 + 6, landed, spans)
    months = month_data(page, row + 8 + 6 + 9, by_month, ranges)
    tiles(page, TILES, WHEN, _tiles(landed, spans, by_month, unit, named))
    trouble(page, TROUBLE, WHEN, [by_month, landing, spans, ranges])
    _messages(page, landed, by_month, facts, cells.period)
    _headings(page, landed, by_month, decide, period, (unit, named))
    page.worded(
        TABLES - 1,
        WHEN,
        '="Where it lands, "&Currency&": all that is sold, and below it what deals alone '
        "bring by the day they close; a target is likely or unlikely where the range leaves it "
        'on one side"',
        "note",
    )
    page.worded(
        MONTHS - 1, WHEN, '="Deals won and expected by month, and their plan, "&Currency', "note"
    )
    draw(workbook, page, months, bars, block, decides)
    return total


_DRAWN = ("landing", "low", "high", "target", "attainment", "probability")


def _ranges(page: Page, cells: Asked) -> Answer:
    """Write the range of each span in one table, for each is an answer of its own."""

    def asked(span: str) -> str:
        return f'CRM_FORECAST_RANGE(Model,,{cells.where},"{span}"{cells.how})'

    found = put(page, RANGES, WHEN + 2, dashed(asked(SPANS[0])), RANGE, room=len(SPANS))
    for below, span in enumerate(SPANS[1:], 2):
        page.answer(RANGES + below, WHEN + 2, dashed(f"DROP({asked(span)},1)"), "answer_money")
    page.write(RANGES, WHEN + 1, "period", "head")
    for below in range(1, len(SPANS) + 1):
        page.formula(
            RANGES + below, WHEN + 1, f'=IFERROR({page.at(TABLES + below, WHEN + 1)}&"","")',
            "answer",
        )  # fmt: skip
    return found


def _judged(page: Page, answer: Answer, ends: tuple[str, str], of: str) -> None:
    """Say in a word beside each span whether its target will be reached."""
    page.worded(answer.row, WHEN, of, "head")
    look = page.styles.varied("answer", font_name=SYMBOL_FONT, font_size=10)
    for span in range(len(SPANS)):
        low, high, target = (cell_of(answer, span, name) for name in (*ends, "target"))
        page.sheet.write_formula(
            answer.row + 1 + span,
            WHEN,
            f'=IF(AND(ISNUMBER({target}),ISNUMBER({low})),IF({low}>={target},"{_LIKELY}",'
            f'IF({high}<{target},"{_UNLIKELY}","{_OPEN}")),"")',
            look,
            "-",
        )
    status_colours(page, answer.row + 1, WHEN, len(SPANS), _WORDS)
    ruled(answer)


def _facts(
    page: Page, row: int, landing: Answer, by_month: Answer, cells: Asked, period: str
) -> tuple[str, ...]:
    """Write what titles are made of, each in a cell of its own."""
    value = [page.at(row + number, DATA + 3) for number in range(6)]
    names = ",".join(f'"{name}"' for name in _NAMES)
    first = cell_of(landing, 0, "period")
    most = f"IFERROR(MAX({landing.values('landing')}),{value[4]})"
    for number, (about, text) in enumerate(
        (
            ("unit of titles", f"IF({most}<1000000,1000,1000000)"),
            ("its name", f'IF({value[0]}=1000,"thousand","million")'),
            ("name of the month", f"IFERROR(CHOOSE(VALUE(RIGHT({first},2)),{names}),{first})"),
            ("won in the period", f'CRM_KPI(Model,"won_amount",,{cells.where},{cells.period})'),
            ("won and expected", f"{value[3]}+SUM({by_month.values('weighted')})"),
            ("what decides", f'"Chance of the target if won less if lost, "&{period}'),
        )
    ):
        page.write(row + number, DATA, about, "note")
        if about == "what decides":
            page.worded(row + number, DATA + 3, f"={text}", "calculated")
        else:
            page.answer(row + number, DATA + 3, f'=IFERROR({text},"-")', "calculated_number")
    return tuple(value)


def _said(block: Block, unit: str) -> Block:
    """Add to the landings what titles say of them."""

    def words(k: int) -> str:
        landing, target = block.cell(k, "landing"), block.cell(k, "target")
        beside = f'IF(ISNUMBER({target})," of "&ROUND({target}/{unit},2),"")'
        return f"ROUND({landing}/{unit},2)&{beside}"

    return derived(block, "words", words)


def _tiles(landed: Block, spans: Answer, by_month: Answer, unit: str, named: str) -> Sequence[Tile]:
    def lands(span: int) -> Tile:
        target, share = landed.cell(span, "target"), landed.cell(span, "attainment")
        return Tile(
            f'=IF({landed.cell(span)}="","Lands",{landed.cell(span)}&" lands")&" at, "&Currency',
            f'=IFERROR({landed.cell(span, "landing")}+0,"-")',
            f'=IF(ISNUMBER({target}),ROUND(100*{share},0)&" % of "&FIXED({target},0),"no target")',
        )

    p10, p90, chance = (cell_of(spans, 1, name) for name in ("p10", "p90", "probability"))
    by_deals = f'IF(ISNUMBER({chance}),ROUND(100*{chance},0)&" % for that of deals","no target")'
    return [
        *(lands(span) for span in range(len(SPANS))),
        Tile(
            f'="Quarter by deals, "&{named}',
            f'=IF(ISNUMBER({p10}),ROUND({p10}/{unit},2)&" to "&ROUND({p90}/{unit},2),"-")',
            '="P10 to P90, "&Currency',
            role="tile_words",
        ),
        Tile(
            "Chance of the quarter",
            f'=IFERROR(ROUND(100*{landed.cell(1, "probability")},0)&" %","-")',
            f"={by_deals}",
            role="tile_words",
        ),
        Tile(
            '="Overdue, "&Currency',
            f'=IFERROR(SUM({by_month.values("overdue")}),"-")',
            "open, its close has passed",
        ),
    ]


def _messages(
    page: Page, landed: Block, by_month: Answer, facts: Sequence[str], period: str
) -> None:
    unit, named, month, won, total, _ = facts
    said = page.at(NOTE, WHEN)
    page.formula(
        TITLE,
        WHEN,
        f'=IFERROR("Forecast: "&{month}&" lands at "&{landed.cell(0, "words")}&" "&{named}&" "'
        f'&Currency&", the quarter at "&{landed.cell(1, "words")}&", the year at "'
        f'&{landed.cell(2, "words")},IF({said}="","Forecast: no figures yet","Forecast: "&{said}))',
        "title",
    )
    words = f'IF(OR({period}="",{period}="all"),"all time",{period})'
    page.formula(
        NOTE,
        WHEN,
        f'=IFERROR("Deals of "&{words}&": "&ROUND({total}/{unit},2)&" "&{named}&" "&Currency'
        f'&" expected, of which "&ROUND({won}/{unit},2)&" are won and "'
        f"&ROUND(SUM({by_month.values('create_and_close')})/{unit},2)"
        '&" more will come from deals not yet created","")',
        "subtitle",
    )


def _headings(
    page: Page,
    landed: Block,
    by_month: Answer,
    decide: Answer,
    period: str,
    units: tuple[str, str],
) -> None:
    unit, named = units
    most = f"MAX({by_month.values('landing')})"
    best = f"XLOOKUP({most},{by_month.values('landing')},{by_month.values('month')})"
    page.formula(
        HEADINGS,
        WHEN,
        f'=IFERROR("When: "&{best}&" is the strongest month by deals, with "'
        f'&ROUND({most}/{unit},2)&" "&{named}&" "&Currency,"When")',
        "heading",
    )
    page.formula(
        HEADINGS,
        WHEN + 13,
        f'=IFERROR("How surely: the target of "&{landed.cell(1)}&" has a chance of "'
        f'&ROUND(100*{landed.cell(1, "probability")},0)&" %","How surely")',
        "heading",
    )
    page.formula(
        HEADINGS,
        WHEN + 14,
        f'=IFERROR("What decides "&{period}&": "&INDEX({decide.spill},2,1)&" by "'
        f'&ROUND(100*INDEX({decide.spill},2,7),0)&" points",'
        '"What decides: no open deal, or no target")',
        "heading",
    )
