"""The sheet Goals: the strategy as a tree, from the company's goal to the seller's task."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.workbook.template.chart_data import chart_data, drawn, hung, series
from xlcrm.workbook.template.inputs import Input, asked
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
from xlcrm.workbook.template.style import PALE

NAME = "Goals"

_LEFT, _RIGHT, _CHART_DATA, _ALL = 2, 16, 26, 32
_INPUTS, _HEADINGS, _TABLES = 3, 6, 8
_CHART_ROWS = 18
_LAST_PRINTED = 70
_DRAWN = 10
_STEP = "\N{EM SPACE}\N{EM SPACE}"
"""By what each level is set in: blanks that no program takes away."""
_DEEPEST = 8
"""The level beyond which goals are set in no further."""

_GOALS: Columns = (
    ("goal", "answer"),
    ("kind", "answer"),
    ("level", "answer"),
    ("depth", "answer_score"),
    ("parent", "answer"),
    ("weight", "answer_share"),
    ("share", "answer_share"),
    ("score", "answer_score"),
    ("coverage", "answer_share"),
    ("status", "answer"),
    ("trend", "answer"),
    ("children", "answer_money"),
    ("missing", "answer_money"),
    ("owner", "answer"),
)
_SHOWN = ("kind", "level", "weight", "share", "score", "coverage", "status", "trend", "children",
          "missing", "owner")  # fmt: skip
_SENSITIVITY: Columns = (
    ("measure", "answer"),
    ("objective", "answer"),
    ("perspective", "answer"),
    ("unit", "answer"),
    ("actual", "answer_mixed"),
    ("target", "answer_mixed"),
    ("score", "answer_score"),
    ("share", "answer_share"),
    ("one_gain", "answer_ratio"),
    ("to_target", "answer_ratio"),
    ("total", "answer_ratio"),
    ("rank", "answer_score"),
)
_MOVES = ("measure", "unit", "actual", "target", "score", "share", "to_target", "total")
_WIDTHS = [2, 4, 58, 12, 13, 9, 9, 8, 10, 12, 9, 9, 9, 16, 3, 2, 36, 9, 11, 11, 8, 9, 11, 9, 3,
           3]  # fmt: skip


def write_goals(workbook: Any, page: Page) -> None:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.
    """
    _set_up(page)
    depth, missing, method, period = asked(
        page,
        _INPUTS,
        _LEFT,
        [
            Input("Down to", "measures", ("objectives", "measures", "initiatives"),
                  "How far down the tree is shown."),
            UNKNOWN,
            RULE,
            PERIOD,
        ],
    )  # fmt: skip
    tree = put(
        page,
        _TABLES,
        _ALL,
        dashed(f"CRM_GOALS(Model,{period},{depth},{missing},{method})"),
        _GOALS,
    )
    moves = put(
        page,
        _TABLES,
        _ALL + len(_GOALS) + 1,
        dashed(f"CRM_SENSITIVITY(Model,{period},1,{missing},{method})"),
        _SENSITIVITY,
    )
    goal, deep = tree.values("goal"), tree.values("depth")
    set_in = "&".join(f'IF(1*{deep}>={level},"{_STEP}","")' for level in range(1, _DEEPEST + 1))
    indented = f"=IFERROR({set_in}&{goal},{goal})"
    put(page, _TABLES, _LEFT, indented, [("goal", "answer")])
    roles = dict(_GOALS)
    shown = picked(page, _TABLES, _LEFT + 1, tree, [(name, roles[name]) for name in _SHOWN])
    roles = dict(_SENSITIVITY)
    below = _TABLES + _CHART_ROWS
    moved = picked(page, below, _RIGHT, moves, [(name, roles[name]) for name in _MOVES], 60)
    signals(page, tree, _LEFT - 1)
    for answer, names in ((shown, ("score",)), (moved, ("score",))):
        for name in names:
            scored_bars(page, answer, name)
    status_colours(page, _TABLES + 1, shown.column + _SHOWN.index("status"), shown.room)
    _stand_out(page, shown)
    ruled(shown, before=1)
    ruled(moved)
    _messages(page, tree, moves)
    _chart(workbook, page, moves)


def _set_up(page: Page) -> None:
    columns(page, _WIDTHS)
    columns(page, {_CHART_DATA: 8, _CHART_DATA + 1: 8, _CHART_DATA + 2: 36, _CHART_DATA + 3: 12})
    for row, height in ((0, 32), (_INPUTS + 1, 24), (_HEADINGS, 24)):
        page.sheet.set_row(row, height)
    page.sheet.freeze_panes(3, 0)
    page.sheet.set_zoom(85)
    page.sheet.print_area(0, 0, _LAST_PRINTED, _RIGHT + len(_MOVES) - 1)
    page.sheet.fit_to_pages(1, 0)
    page.sheet.repeat_rows(0, 2)


def _stand_out(page: Page, shown: Answer) -> None:
    """Let the strategy and its perspectives stand out among their goals."""
    kind = xl_rowcol_to_cell(shown.row + 1, shown.column, col_abs=True)
    page.sheet.conditional_format(
        shown.row + 1,
        shown.column - 1,
        shown.row + shown.room,
        shown.column + len(shown.names) - 1,
        {
            "type": "formula",
            "criteria": f'=OR({kind}="strategy",{kind}="perspective")',
            "format": page.styles.alone(bold=True, bg_color=PALE),
        },
    )


def _messages(page: Page, tree: Answer, moves: Answer) -> None:
    share = f"INDEX({tree.spill},2,{tree.names.index('coverage') + 1})"
    score = f"INDEX({tree.spill},2,{tree.names.index('score') + 1})"
    page.formula(
        0,
        1,
        f'=IFERROR("Goals: "&ROUND({score},0)&" of 100, with "&TEXT({share},"0%")'
        '&" of the weights measured","Goals: no figures yet")',
        "title",
    )
    page.write(
        1,
        1,
        "Each goal above what serves it; share times score adds up to the total, wherever the tree "
        "is cut. A missing measure counts in no score; coverage says how much is there.",
        "subtitle",
    )
    trouble(page, 2, 1, [tree, moves])
    kinds, states = tree.values("kind"), tree.values("status")
    reds = f'SUMPRODUCT(({kinds}="objective")*({states}="red"))'
    page.worded(
        _HEADINGS,
        _LEFT - 1,
        f'=IFERROR("Tree: "&IF({reds}=0,"no",{reds})&" objectives are red","Tree")',
        "heading",
    )
    page.write(
        _HEADINGS + 1, _LEFT - 1,
        "weight beside its siblings, share of the total; missing counts children without a score",
        "note",
    )  # fmt: skip
    first = f"INDEX({moves.spill},2,1)"
    gain = f"INDEX({moves.spill},2,{moves.names.index('to_target') + 1})"
    page.worded(
        _HEADINGS,
        _RIGHT,
        f'=IFERROR("What would move the total most: "&{first}&" at its target, +"&TEXT({gain},'
        '"0.0")&" points","What would move the total most")',
        "heading",
    )
    page.write(
        _HEADINGS + 1,
        _RIGHT,
        "Points of the total (0 to 100) with one measure at its target and all others as they are",
        "note",
    )
    page.write(_HEADINGS, _ALL, "All columns of the tree", "heading")
    page.write(_HEADINGS, moves.column, "All columns of the measures", "heading")


def _chart(workbook: Any, page: Page, moves: Answer) -> None:
    block = chart_data(page, _HEADINGS, _CHART_DATA, moves, ("to_target",), _DRAWN)
    chart = drawn(
        workbook,
        "bar",
        "Points that the total gains with the measure at its target",
        [series(block, "to_target", "Points", data_labels={"value": True, "num_format": "0.0"})],
        number_format="0.0",
        legend="none",
    )
    hung(page, _TABLES, _RIGHT, chart, (760, 340),
         "Bars with the points that the whole strategy would gain if a measure stood at its "
         "target, for the ten measures that bring most.")  # fmt: skip
