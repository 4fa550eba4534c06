"""The sheet Scorecard: is the strategy being met, and where not?"""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_range

from xlcrm.workbook.template.chart_data import chart_data, drawn, hung, series
from xlcrm.workbook.template.inputs import asked
from xlcrm.workbook.template.page import Page, columns
from xlcrm.workbook.template.panel import (
    Answer,
    Columns,
    dashed,
    picked,
    put,
    ruled,
    scored_bars,
    signals,
    status_colours,
    trouble,
)
from xlcrm.workbook.template.strategy_inputs import PERIOD, RULE, UNKNOWN
from xlcrm.workbook.template.style import ACCENT, MUTED, SOFT

NAME = "Scorecard"

_LEFT, _RIGHT, _CHART_DATA, _ALL = 2, 16, 26, 32
_INPUTS, _HEADINGS, _TABLES, _CHART, _INITIATIVES = 3, 6, 8, 16, 31
_MEASURES_ROOM, _INITIATIVES_ROOM = 60, 40
_LAST_PRINTED = 52
MONTHS = 12
"""The months of the small lines."""

_PERSPECTIVES: Columns = (
    ("perspective", "answer"),
    ("weight", "answer_share"),
    ("score", "answer_score"),
    ("coverage", "answer_share"),
    ("status", "answer"),
    ("trend", "answer"),
    ("objectives", "answer_score"),
    ("measures", "answer_score"),
)
_MEASURES: Columns = (
    ("perspective", "answer"),
    ("objective", "answer"),
    ("measure", "answer"),
    ("unit", "answer"),
    ("baseline", "answer_mixed"),
    ("target", "answer_mixed"),
    ("actual", "answer_mixed"),
    ("score", "answer_score"),
    ("status", "answer"),
    ("trend", "answer"),
    ("burn", "answer_share"),
    ("owner", "answer"),
    ("from", "answer"),
    *((f"month {k}", "answer_mixed") for k in range(1, MONTHS + 1)),
)
_SHOWN = ("perspective", "objective", "measure", "unit", "target", "actual", "score", "status",
          "trend", "burn", "owner")  # fmt: skip
_LINES = _LEFT + len(_SHOWN)
"""The column of the small lines."""
_EFFORTS: Columns = (
    ("initiative", "answer"),
    ("measure", "answer"),
    ("objective", "answer"),
    ("perspective", "answer"),
    ("owner", "answer"),
    ("status", "answer"),
    ("due", "answer"),
    ("budget", "answer_money"),
    ("spent", "answer_money"),
    ("burn", "answer_share"),
    ("progress", "answer_share"),
    ("time", "answer_share"),
    ("expected", "answer_mixed"),
    ("achieved", "answer_mixed"),
    ("points", "answer_ratio"),
    ("money_per_point", "answer_money"),
)
_BESIDE = ("initiative", "burn", "progress", "time", "status", "owner", "points",
           "money_per_point")  # fmt: skip
_WIDTHS = [2, 4, 19, 30, 32, 9, 11, 11, 8, 11, 9, 8, 13, 12, 3, 4, 31, 9, 10, 10, 11, 13, 11, 16,
           3, 3]  # fmt: skip


def write_scorecard(workbook: Any, page: Page) -> Answer:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.

    Returns:
        The answer that lists the perspectives.
    """
    _set_up(page)
    method, missing, period = asked(
        page,
        _INPUTS,
        _LEFT,
        [RULE, UNKNOWN, PERIOD],
    )
    perspectives = put(
        page,
        _TABLES,
        _RIGHT,
        f"=CRM_PERSPECTIVES(Model,{period},{missing},{method})",
        _PERSPECTIVES,
        _CHART - _TABLES - 1,
    )
    everything = put(
        page, _TABLES, _ALL, f"=CRM_SCORECARD(Model,,{period},{MONTHS},{method})", _MEASURES,
        _MEASURES_ROOM,
    )  # fmt: skip
    roles = dict(_MEASURES)
    shown = [(name, roles[name]) for name in _SHOWN]
    measures = picked(page, _TABLES, _LEFT, everything, shown, _MEASURES_ROOM)
    efforts = put(
        page,
        _TABLES + _MEASURES_ROOM + 4,
        _ALL,
        dashed(f"CRM_INITIATIVES(Model,,{period},{method})"),
        _EFFORTS,
        _INITIATIVES_ROOM,
    )
    roles = dict(_EFFORTS)
    beside = [(name, roles[name]) for name in _BESIDE]
    shown_efforts = picked(page, _INITIATIVES, _RIGHT, efforts, beside, _INITIATIVES_ROOM)
    for answer in (perspectives, measures, shown_efforts):
        column = answer.column + answer.names.index("status")
        status_colours(page, answer.row + 1, column, answer.room)
    signals(page, perspectives, _RIGHT - 1, perspectives.room)
    signals(page, everything, _LEFT - 1, measures.room)
    signals(page, efforts, _RIGHT - 1, shown_efforts.room, row=_INITIATIVES)
    for answer in (perspectives, measures):
        scored_bars(page, answer, "score")
    _small_lines(page)
    for answer in (perspectives, measures, shown_efforts):
        ruled(answer)
    _messages(page, perspectives, everything, efforts)
    _chart(workbook, page, perspectives)
    return perspectives


def _set_up(page: Page) -> None:
    columns(page, _WIDTHS)
    columns(page, {_CHART_DATA: 8, _CHART_DATA + 1: 8, _CHART_DATA + 2: 20, _CHART_DATA + 3: 12})
    for row, height in ((0, 32), (_INPUTS + 1, 24), (_HEADINGS, 24), (_INITIATIVES - 2, 24)):
        page.sheet.set_row(row, height)
    page.sheet.freeze_panes(3, 0)
    page.sheet.set_zoom(85)
    page.sheet.print_area(0, 0, _LAST_PRINTED, _RIGHT + 7)
    page.sheet.fit_to_pages(1, 1)


def _small_lines(page: Page) -> None:
    """Draw the last months of each measure as a small line, its last point marked."""
    page.write(_TABLES, _LINES, f"last {MONTHS} months", "head")
    first = _ALL + len(_MEASURES) - MONTHS
    for row in range(_TABLES + 1, _TABLES + 1 + _MEASURES_ROOM):
        months = xl_range(row, first, row, first + MONTHS - 1)
        page.sheet.add_sparkline(
            row,
            _LINES,
            {
                "range": f"{page.name}!{months}",
                "series_color": ACCENT,
                "last_point": True,
                "last_color": ACCENT,
                "show_hidden": True,
            },
        )


def _messages(page: Page, perspectives: Answer, measures: Answer, efforts: Answer) -> None:
    last = f"ROWS({perspectives.spill})"
    whole = f"INDEX({perspectives.spill},{last},3)"
    word = f"INDEX({perspectives.spill},{last},5)"
    page.formula(
        0,
        1,
        f'=IFERROR("Scorecard: the strategy stands at "&ROUND({whole},0)&" of 100, "&{word},'
        '"Scorecard: no figures yet")',
        "title",
    )
    page.write(
        1,
        1,
        "● green: on target, from 67   ▲ amber: between red line and target   "
        "▼ red: below the red line, under 33   ○ missing, insufficient or not scored",
        "legend",
    )
    trouble(page, 2, 1, [perspectives, measures])
    score, name = perspectives.values("score"), perspectives.values("perspective")
    weakest = f"XLOOKUP(MIN({score}),{score},{name})"
    _headed(page, _HEADINGS, _RIGHT - 1, f'"Perspectives: "&{weakest}&" is weakest"',
            "Perspectives", "Score 0 to 100; weight and coverage as shares")  # fmt: skip
    of = measures.values("status")
    counted = '&", "&'.join(
        f'SUMPRODUCT(--({of}="{word}"))&" {word}"' for word in ("red", "amber", "green", "missing")
    )
    _headed(page, _HEADINGS, _LEFT - 1, f'"Measures: "&{counted}', "Measures",
            "Each in its own unit; score 0 to 100; burn is spent by budget of its initiatives; "
            "where each actual comes from stands at the right")  # fmt: skip
    words = efforts.values("status")
    late = f'SUMPRODUCT(--({words}="late"))'
    known = f'IF({late}=0,"none is late",{late}&" late")'
    _headed(page, _INITIATIVES - 2, _RIGHT - 1,
            f'"Initiatives: "&{known}&", "&SUMPRODUCT(--({words}="done"))&" done"', "Initiatives",
            "Burn is spent by budget; time is what is gone of it; points of the measure's score "
            "gained, and money spent for each")  # fmt: skip
    page.write(_HEADINGS, _ALL, "All columns, where each actual comes from, and its months",
               "heading")  # fmt: skip
    page.write(efforts.row - 1, _ALL, "All columns of the initiatives", "heading")


def _headed(page: Page, row: int, column: int, says: str, else_: str, note: str) -> None:
    page.worded(row, column, f'=IFERROR({says},"{else_}")', "heading")
    page.write(row + 1, column, note, "note")


def _chart(workbook: Any, page: Page, perspectives: Answer) -> None:
    block = chart_data(page, _HEADINGS, _CHART_DATA, perspectives, ("score",), 5)
    chart = drawn(
        workbook,
        "bar",
        "Score of 100: below 33 red, from 67 green",
        [series(block, "score", "Score", data_labels={"value": True, "num_format": "0"})],
        number_format="0",
        legend="none",
    )
    chart.set_x_axis(
        {
            "min": 0,
            "max": 100,
            "major_unit": 33.333,
            "num_format": "0",
            "num_font": {"color": MUTED, "size": 9},
            "major_gridlines": {"visible": True, "line": {"color": SOFT, "width": 1}},
            "line": {"none": True},
        }
    )
    hung(page, _CHART, _RIGHT - 1, chart, (860, 250),
         "Bars with the score of each perspective and of the whole strategy, from 0 to 100; lines "
         "at 33 and 67 part red, amber and green.")  # fmt: skip
