"""The drawing of the strategy map: a chart of points and lines that lives on plain cells."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.workbook.template.chart_data import hung
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.style import INK, LINE, MUTED, SOFT, STATUS, WHITE

NODES, EDGES, LAYERS = 30, 24, 6
"""How many objectives, links and perspectives are drawn."""

_ROW, _COLUMN = 8, 50
_SHAPES = {"green": "circle", "amber": "triangle", "red": "diamond", "missing": "square"}
_BELOW = 0.025
"""How far the name of an objective stands below its point."""
SIGNS = {"green": "●", "amber": "▲", "red": "♦", "missing": "■"}
"""The shape of a point by its status, as a sign: charts have no triangle that points down."""


def write_drawing(
    workbook: Any, page: Page, links: Answer, objectives: Answer, perspectives: Answer
) -> None:
    """Write the chart and the cells that it lives on.

    Args:
        workbook: The workbook being written.
        page: The sheet.
        links: The links.
        objectives: Where each objective is drawn.
        perspectives: The perspectives on the scorecard.
    """
    nodes = _nodes(page, objectives)
    edges = _edges(page, links, objectives)
    layers = _layers(page, objectives, perspectives)
    chart = workbook.add_chart({"type": "scatter", "subtype": "straight"})
    for k in range(EDGES):
        for seen, look in (
            (True, {"color": INK, "width": 1.75}),
            (False, {"color": SOFT, "width": 1, "dash_type": "dash"}),
        ):
            chart.add_series(_edge(page, edges + k, seen=seen, look=look))
    for place, word in enumerate(_SHAPES):
        chart.add_series(_points(page, nodes, place, word))
    for row in range(nodes, nodes + NODES):
        place = _COLUMN + 4 + len(_SHAPES)
        chart.add_series(_label(page, row, place, "center", {"size": 9, "color": INK}))
    for row in range(layers, layers + LAYERS):
        bold = {"size": 11, "bold": True, "color": MUTED}
        chart.add_series(_label(page, row, _COLUMN + 2, "right", bold))
    axis = {"visible": False, "major_gridlines": {"visible": False}, "min": 0, "max": 1.05}
    chart.set_x_axis({**axis, "min": -0.22})
    chart.set_y_axis(axis)
    chart.set_legend({"none": True})
    title = {"size": 11, "bold": False, "color": MUTED}
    chart.set_title({"name": "Objectives by perspective, score of 100", "name_font": title})
    chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": WHITE}})
    chart.show_blanks_as("gap")
    chart.show_na_as_empty_cell()
    alt = (
        "The objectives as points, one row a perspective with finance on top, joined by the links "
        "of cause and effect; the shape of a point tells its status, its label the score."
    )
    hung(page, 8, 1, chart, (1290, 690), alt)


def _nodes(page: Page, of: Answer) -> int:
    """Write the objectives that are drawn: place, label, and the height by status."""
    page.write(_ROW - 2, _COLUMN, "Chart data: objectives", "note")
    heads = ("number", "across", "up", "label", *_SHAPES, "label up")
    for offset, head in enumerate(heads):
        page.write(_ROW - 1, _COLUMN + offset, head, "head_right")
    for k in range(NODES):
        row = _ROW + k
        page.write(row, _COLUMN, k + 1, "calculated")
        number = xl_rowcol_to_cell(row, _COLUMN, col_abs=True)
        there = f"{number}<ROWS({of.spill})"
        values = {
            name: f"INDEX({of.spill},{number}+1,{of.names.index(name) + 1})" for name in of.names
        }
        for offset, name in ((1, "across"), (2, "up")):
            _number(page, row, _COLUMN + offset, f"IF({there},{values[name]},NA())")
        label = f'{values["objective"]}&" "&IFERROR(TEXT({values["score"]},"0"),"")'
        page.worded(row, _COLUMN + 3, f'=IFERROR(IF({there},{label},""),"")', "calculated")
        up = xl_rowcol_to_cell(row, _COLUMN + 2, col_abs=True)
        for offset, word in enumerate(_SHAPES, 4):
            words = [word] if word != "missing" else ["missing", "insufficient", "unscored"]
            is_it = "+".join(f'({values["status"]}="{one}")' for one in words)
            _number(page, row, _COLUMN + offset, f"IF({there},IF({is_it},{up},NA()),NA())")
        _number(page, row, _COLUMN + 4 + len(_SHAPES), f"{up}-{_BELOW}")
    return _ROW


def _edges(page: Page, links: Answer, objectives: Answer) -> int:
    """Write the links that are drawn: both ends across, and up where seen and where not."""
    top = _ROW + NODES + 3
    page.write(top - 2, _COLUMN, "Chart data: links", "note")
    heads = ("number", "from across", "to across", "from seen", "to seen", "from", "to")
    for offset, head in enumerate(heads):
        page.write(top - 1, _COLUMN + offset, head, "head_right")
    names = objectives.values("objective")
    for k in range(EDGES):
        row = top + k
        page.write(row, _COLUMN, k + 1, "calculated")
        number = xl_rowcol_to_cell(row, _COLUMN, col_abs=True)
        there = f"{number}<ROWS({links.spill})"
        found = f"INDEX({links.spill},{number}+1,{links.names.index('finding') + 1})"
        for end, name in enumerate(("cause", "effect")):
            of = f"INDEX({links.spill},{number}+1,{links.names.index(name) + 1})"
            for offset, column, condition in (
                (1, "across", there),
                (3, "up", f'IF({there},{found}="cause first",FALSE)'),
                (5, "up", f'IF({there},{found}<>"cause first",FALSE)'),
            ):
                place = f"XLOOKUP({of},{names},{objectives.values(column)},NA())"
                _number(page, row, _COLUMN + offset + end, f"IF({condition},{place},NA())")
    return top


def _layers(page: Page, of: Answer, perspectives: Answer) -> int:
    """Write the names of the perspectives at the left of the drawing."""
    top = _ROW + NODES + EDGES + 6
    page.write(top - 2, _COLUMN, "Chart data: perspectives", "note")
    for offset, head in enumerate(("number", "across", "up", "perspective")):
        page.write(top - 1, _COLUMN + offset, head, "head_right")
    all_of_them = f"ANCHORARRAY({perspectives.page.address(perspectives.row, perspectives.column)})"
    for k in range(LAYERS):
        row = top + k
        page.write(row, _COLUMN, k + 1, "calculated")
        number = xl_rowcol_to_cell(row, _COLUMN, col_abs=True)
        name = f"INDEX({all_of_them},{number}+1,1)"
        there = f"{number}<ROWS({all_of_them})-1"
        height = f"XLOOKUP({name},{of.values('perspective')},{of.values('up')},NA())"
        _number(page, row, _COLUMN + 1, f"IF({there},-0.2,NA())")
        _number(page, row, _COLUMN + 2, f"IF({there},{height},NA())")
        page.worded(row, _COLUMN + 3, f'=IFERROR(IF({there},{name},""),"")', "calculated")
    return top


def _number(page: Page, row: int, column: int, formula: str) -> None:
    page.formula(row, column, f"={formula}", "calculated_number")


def _edge(page: Page, row: int, *, seen: bool, look: dict[str, Any]) -> dict[str, Any]:
    first = _COLUMN + (3 if seen else 5)
    return {
        "name": "seen" if seen else "not seen",
        "categories": [page.name, row, _COLUMN + 1, row, _COLUMN + 2],
        "values": [page.name, row, first, row, first + 1],
        "line": look,
        "marker": {"type": "none"},
    }


def _points(page: Page, top: int, place: int, word: str) -> dict[str, Any]:
    column = _COLUMN + 4 + place
    return {
        "name": f"{SIGNS[word]} {word}",
        "categories": [page.name, top, _COLUMN + 1, top + NODES - 1, _COLUMN + 1],
        "values": [page.name, top, column, top + NODES - 1, column],
        "line": {"none": True},
        "marker": {
            "type": _SHAPES[word],
            "size": 11,
            "fill": {"color": STATUS[word][0]},
            "border": {"color": WHITE},
        },
    }


def _label(page: Page, row: int, up: int, position: str, font: dict[str, Any]) -> dict[str, Any]:
    """Describe a point of which only the name is seen: a label that every program keeps live."""
    return {
        "name": f"={page.address(row, _COLUMN + 3)}",
        "categories": [page.name, row, _COLUMN + 1, row, _COLUMN + 1],
        "values": [page.name, row, up, row, up],
        "line": {"none": True},
        "marker": {"type": "none"},
        "data_labels": {"series_name": True, "value": False, "position": position, "font": font},
    }
