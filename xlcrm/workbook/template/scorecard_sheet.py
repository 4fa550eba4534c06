"""The sheet Scorecard: is the strategy being met, and where not?"""

from __future__ import annotations

from typing import Any

from xlcrm.workbook.template.chart_data import chart_data, drawn, hung, series
from xlcrm.workbook.template.inputs import Input, asked
from xlcrm.workbook.template.page import Page, columns
from xlcrm.workbook.template.panel import (
    ROOM,
    Answer,
    Columns,
    put,
    ruled,
    signals,
    status_colours,
    trouble,
)
from xlcrm.workbook.template.style import MUTED, SOFT

NAME = "Scorecard"

_LEFT, _RIGHT, _DATA = 2, 12, 26
_TABLES, _CHART = 9, 20
_PERSPECTIVES: Columns = (
    ("perspective", "answer"),
    ("weight", "answer_share"),
    ("score", "answer_score"),
    ("coverage", "answer_share"),
    ("status", "answer"),
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
    ("owner", "answer"),
)


def write_scorecard(workbook: Any, page: Page) -> Answer:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.

    Returns:
        The answer that lists the measures.
    """
    _set_up(page)
    method, missing = asked(
        page,
        4,
        _LEFT,
        [
            Input("Scoring rule", "piecewise", ("piecewise", "progress", "ratio", "threshold"),
                  "piecewise: worst 0, red 33.3, target 66.7, stretch 100, straight between."),
            Input("Missing", "ignore", ("ignore", "zero", "blank"),
                  "A measure without an actual: left out, counted as 0, or makes all above blank."),
        ],
    )  # fmt: skip
    page.sheet.set_row(5, 24)
    perspectives = put(
        page, _TABLES, _LEFT, f"=CRM_PERSPECTIVES(Model,{missing},{method})", _PERSPECTIVES, 9
    )
    measures = put(page, _TABLES, _RIGHT, f"=CRM_SCORECARD(Model,{method})", _MEASURES)
    signals(page, perspectives, _LEFT - 1, 9)
    signals(page, measures, _RIGHT - 1)
    status_colours(page, _TABLES + 1, _LEFT + 4, 9)
    status_colours(page, _TABLES + 1, _RIGHT + 8, ROOM)
    _bars(page, _TABLES + 1, _LEFT + 2, 9)
    _bars(page, _TABLES + 1, _RIGHT + 7, ROOM)
    ruled(perspectives)
    ruled(measures)
    _titles(page, perspectives, measures)
    block = chart_data(page, 7, _DATA, perspectives, ("score",), 5)
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
    hung(page, _CHART, _LEFT - 1, chart, (726, 330),
         "Bars with the score of each perspective and of the whole strategy, from 0 to 100; lines "
         "at 33 and 67 part red, amber and green.")  # fmt: skip
    return measures


def _set_up(page: Page) -> None:
    widths = [2, 4, 22, 12, 10, 12, 14, 12, 12, 3, 3, 4, 20, 42, 40, 10, 12, 12, 12, 10, 12, 10, 15]
    columns(page, [*widths, 3, 3, 3])
    columns(page, {_DATA: 8, _DATA + 1: 8, _DATA + 2: 20, _DATA + 3: 12})
    page.sheet.set_row(0, 32)
    page.sheet.set_row(7, 24)
    page.sheet.freeze_panes(3, 0)
    page.sheet.set_zoom(85)
    page.sheet.set_print_scale(60)
    page.sheet.print_across()
    page.sheet.repeat_rows(0, 2)
    page.sheet.print_area(0, 0, _TABLES + 50, _RIGHT + 10)
    page.sheet.set_v_pagebreaks([_RIGHT - 2])


def _bars(page: Page, row: int, column: int, rows: int) -> None:
    page.sheet.conditional_format(
        row,
        column,
        row + rows - 1,
        column,
        {
            "type": "data_bar",
            "bar_color": "#A9CBDB",
            "bar_solid": True,
            "min_type": "num",
            "min_value": 0,
            "max_type": "num",
            "max_value": 100,
        },
    )


def _titles(page: Page, perspectives: Answer, measures: Answer) -> None:
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
        "▼ red: below the red line, under 33   ○ missing or insufficient: nothing to judge by yet",
        "legend",
    )
    trouble(page, 2, 1, [perspectives, measures])
    score, name = perspectives.values("score"), perspectives.values("perspective")
    weakest = f"XLOOKUP(MIN({score}),{score},{name})"
    page.formula(
        7,
        _LEFT - 1,
        f'=IFERROR("Perspectives: "&{weakest}&" is weakest","Perspectives")',
        "heading",
    )
    page.write(8, _LEFT - 1, "Score 0 to 100; weight and coverage as shares", "note")
    words = measures.values("status")
    page.formula(
        7,
        _RIGHT - 1,
        f'=IFERROR("Measures: "&SUMPRODUCT(--({words}="red"))&" red, "'
        f'&SUMPRODUCT(--({words}="amber"))&" amber, "&SUMPRODUCT(--({words}="green"))&" green, "'
        f'&SUMPRODUCT(--({words}="missing"))&" missing","Measures")',
        "heading",
    )
    page.write(8, _RIGHT - 1, "Each in its own unit; score 0 to 100", "note")
