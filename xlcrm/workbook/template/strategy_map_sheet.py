"""The sheet Strategy map: what is to drive what, drawn, and whether it did."""

from __future__ import annotations

from typing import Any

from xlcrm.workbook.template.inputs import Input, asked
from xlcrm.workbook.template.map_drawing import SIGNS, write_drawing
from xlcrm.workbook.template.page import Page, columns
from xlcrm.workbook.template.panel import (
    Answer,
    Columns,
    dashed,
    put,
    ruled,
    scored_bars,
    status_colours,
    trouble,
)
from xlcrm.workbook.template.style import STATUS

NAME = "Strategy map"

_LEFT, _RIGHT, _ALIKE, _OBJECTIVES = 2, 16, 31, 41
_INPUTS, _HEADINGS, _TABLES = 3, 6, 8
_LAST_PRINTED = 50

_LINKS: Columns = (
    ("cause", "answer"),
    ("effect", "answer"),
    ("cause_perspective", "answer"),
    ("effect_perspective", "answer"),
    ("cause_score", "answer_score"),
    ("effect_score", "answer_score"),
    ("cause_trend", "answer"),
    ("effect_trend", "answer"),
    ("ahead", "answer_score"),
    ("correlation", "answer_precise"),
    ("p", "answer_precise"),
    ("n", "answer_score"),
    ("finding", "answer"),
)
_ALIKE_COLUMNS: Columns = (
    ("group", "answer_score"),
    ("measure", "answer"),
    ("objective", "answer"),
    ("share", "answer_share"),
    ("alike_to", "answer"),
    ("correlation", "answer_precise"),
    ("n", "answer_score"),
    ("advice", "answer"),
)
_OBJECTIVE_COLUMNS: Columns = (
    ("objective", "answer"),
    ("perspective", "answer"),
    ("score", "answer_score"),
    ("status", "answer"),
    ("across", "answer_precise"),
    ("up", "answer_precise"),
)
FINDINGS = {
    "cause first": STATUS["green"],
    "together": STATUS["amber"],
    "effect first": STATUS["amber"],
    "against": STATUS["red"],
    "not seen": STATUS["missing"],
    "no history": STATUS["missing"],
}
"""The ink and ground of what is found of a link."""


def write_strategy_map(workbook: Any, page: Page, perspectives: Answer) -> None:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        perspectives: The perspectives on the scorecard.
    """
    _set_up(page)
    lags, alike = asked(
        page,
        _INPUTS,
        _LEFT,
        [
            Input("Months ahead", None, (),
                  "By how many months a cause may run ahead. Blank: the setting map_lags.",
                  within=(1, 24)),
            Input("Alike from", None, (),
                  "The correlation from which measures say the same. Blank: alike_from.",
                  within=(0, 1)),
        ],
    )  # fmt: skip
    links = put(
        page, _TABLES, _RIGHT, dashed(f'CRM_STRATEGY_MAP(Model,"links",{lags})'), _LINKS, 60
    )
    redundant = put(
        page, _TABLES, _ALIKE, dashed(f"CRM_KPI_REDUNDANCY(Model,{alike})"), _ALIKE_COLUMNS, 60
    )
    objectives = put(
        page, _TABLES, _OBJECTIVES, dashed('CRM_STRATEGY_MAP(Model,"objectives")'),
        _OBJECTIVE_COLUMNS, 60,
    )  # fmt: skip
    for name in ("cause_score", "effect_score"):
        scored_bars(page, links, name)
    finding = links.column + links.names.index("finding")
    status_colours(page, _TABLES + 1, finding, links.room, FINDINGS)
    ruled(links)
    ruled(redundant)
    _messages(page, links, redundant, objectives)
    write_drawing(workbook, page, links, objectives, perspectives)


def _set_up(page: Page) -> None:
    left = [2, 2, *[13] * 13, 3]
    links = [38, 38, 19, 19, 11, 11, 11, 12, 7, 11, 9, 5, 13]
    alike = [3, 3, 7, 36, 34, 9, 36, 11, 5, 48]
    columns(page, [*left, *links, *alike[:2], *alike[2:]])
    columns(page, {_OBJECTIVES - 1: 3, _OBJECTIVES: 40, _OBJECTIVES + 1: 20})
    for row, height in ((0, 32), (_INPUTS + 1, 24), (_HEADINGS, 24)):
        page.sheet.set_row(row, height)
    page.sheet.freeze_panes(3, 0)
    page.sheet.set_zoom(85)
    page.sheet.print_area(0, 0, _LAST_PRINTED, _ALIKE + len(_ALIKE_COLUMNS) - 1)
    page.sheet.set_print_scale(62)  # where pages are fitted, Excel keeps no page breaks
    page.sheet.set_v_pagebreaks([_RIGHT, _ALIKE])


def _messages(page: Page, links: Answer, redundant: Answer, objectives: Answer) -> None:
    found = links.values("finding")
    first = f'SUMPRODUCT(--({found}="cause first"))'
    whole = f"(ROWS({links.spill})-1)"
    page.formula(
        0,
        1,
        f'=IFERROR("Strategy map: of "&{whole}&" links the cause moved before the effect in "'
        f'&{first},"Strategy map: no links yet")',
        "title",
    )
    page.write(
        1,
        1,
        "Perspectives stand above those that drive them. A full line: the cause moved first, as "
        "planned; a dashed one: not seen in the figures so far. That is no proof of either.",
        "subtitle",
    )
    trouble(page, 2, 1, [links, objectives, redundant])
    page.write(_HEADINGS, _LEFT - 1, "Map: objectives with their scores", "heading")
    legend = "  ".join(f"{sign} {word}" for word, sign in SIGNS.items())
    page.write(_HEADINGS + 1, _LEFT - 1, legend, "legend")
    page.worded(
        _HEADINGS, _RIGHT,
        f'=IFERROR("Links: "&{first}&" seen, "&SUMPRODUCT(--({found}="against"))&" against",'
        '"Links")',
        "heading",
    )  # fmt: skip
    page.write(
        _HEADINGS + 1,
        _RIGHT,
        "Monthly changes of cause and effect; ahead is by how many months the cause ran ahead",
        "note",
    )
    advice = f"INDEX({redundant.spill},2,{redundant.names.index('advice') + 1})"
    page.worded(_HEADINGS, _ALIKE, f'=IFERROR("Measures: "&{advice},"Measures alike")', "heading")
    page.write(_HEADINGS + 1, _ALIKE, "Groups of measures whose months move alike", "note")
    page.write(_HEADINGS, _OBJECTIVES, "Where the map draws each objective", "heading")
