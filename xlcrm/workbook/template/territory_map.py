"""Territories as points of a chart: one series a finding, and a label for each point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.workbook.template.chart_data import Block
from xlcrm.workbook.template.style import ACCENT_LIGHT, INK, SOFT, STATUS, WHITE
from xlcrm.workbook.template.territory_colours import EVEN, NEGLECTED, WELL

WIDE = 2.0
"""How much wider than high the map is drawn."""
EDGE = 1.4
"""Where the axes of the map end; the outermost territories lie at 1."""
_KM = 111.2
"""Kilometres of a degree of latitude."""
_RADIUS = round(EDGE / 4, 3)
"""The radius of the largest bubble: charts draw it a quarter as wide as they are high."""

_KINDS = (
    (NEGLECTED, "▼", STATUS["red"][0], "diamond"),
    (EVEN, "●", ACCENT_LIGHT, "circle"),
    (WELL, "▲", STATUS["green"][0], "triangle"),
    ("no index", "○", SOFT, "square"),
)
"""What findings begin with, the last standing for all others; sign, colour and shape of each."""


@dataclass(frozen=True)
class Spots:
    """Chart data of points.

    Attributes:
        block: The cells: ``across``, ``any``, one column a finding and ``says``; of bubbles also
            ``size``, and where their labels stand: ``beside`` them, on an unseen ``dot``.
    """

    block: Block

    def series(self) -> list[dict[str, Any]]:
        """Describe the series that the legend shows: one a finding."""
        return [
            {
                **self._cells("across", sign),
                "name": f"{sign} {word}",
                "line": {"none": True},
                "fill": {"color": colour, "transparency": 20},
                "border": {"color": WHITE},
                "marker": {
                    "type": shape,
                    "size": 11,
                    "fill": {"color": colour},
                    "border": {"color": WHITE},
                },
            }
            for word, sign, colour, shape in _KINDS
        ]

    def labels(self) -> list[dict[str, Any]]:
        """Describe points of which only the name is seen: labels that every program keeps live."""
        block = self.block
        named = []
        for number in range(block.rows):
            at, column = block.row + number, block.column + 3 + block.names.index("says")
            named.append(
                {
                    **self._cells(self._beside, "any", number, "dot"),
                    "name": f"={block.page.address(at, column)}",
                    "line": {"none": True},
                    "fill": {"none": True},
                    "border": {"none": True},
                    "marker": {"type": "none"},
                    "data_labels": {
                        "series_name": True,
                        "value": False,
                        "position": "right",
                        "font": {"size": 9, "color": INK},
                    },
                }
            )
        return named

    @property
    def _beside(self) -> str:
        return "beside" if "beside" in self.block.names else "across"

    def _cells(
        self, across: str, up: str, number: int | None = None, size: str = "size"
    ) -> dict[str, Any]:
        axes = {"categories": across, "values": up}
        if size in self.block.names:
            axes["sizes"] = size
        cells = {}
        for axis, name in axes.items():
            page, top, column, end, _ = self.block.values(name)
            rows = (top, end) if number is None else (top + number, top + number)
            cells[axis] = [page, rows[0], column, rows[1], column]
        return cells


def map_of(block: Block) -> Spots:
    """Add the places of territories on a map to chart data.

    A degree of longitude is as long as the middle latitude says; both axes have one scale.

    Args:
        block: Chart data with ``lon``, ``lat``, ``potential``, ``revenue`` and ``index``.
    """
    lat, lon = (block.answer.values(name) for name in ("lat", "lon"))
    high, wide = (f"(MAX({of})-MIN({of}))" for of in (lat, lon))
    middle, across = (f"(MAX({of})+MIN({of}))/2" for of in (lat, lon))
    shrunk = f"COS(RADIANS({middle}))"
    scale = f"MAX({high}/2,{wide}*{shrunk}/2/{WIDE},1/{_KM})"
    sized = _with(
        block,
        "size",
        lambda n: f"MAX(0,1*{block.cell(n, 'potential')}-{block.cell(n, 'revenue')})",
        "0",
    )
    sized = _with(
        sized, "x", lambda n: f"(1*{block.cell(n, 'lon')}-{across})*{shrunk}/{scale}", "NA()"
    )
    sized = _with(sized, "y", lambda n: f"(1*{block.cell(n, 'lat')}-{middle})/{scale}", "NA()")

    def says(n: int) -> str:
        return f'{block.named(n)}&IFERROR(" "&TEXT(1*{block.cell(n, "index")},"0"),"")'

    named = spots_of(sized, "x", "y", says, signed=True).block
    first, last = named.cell(0, "size"), named.cell(named.rows - 1, "size")
    largest = f"MAX({first}:{last})"
    named = _with(
        named,
        "beside",
        lambda n: f"{named.cell(n, 'across')}+{_RADIUS}*SQRT({named.cell(n, 'size')}/{largest})",
        "0",
    )
    return Spots(_with(named, "dot", lambda _: f"{largest}/1000000", "0"))


def spots_of(
    block: Block, x: str, y: str, says: Callable[[int], str], *, signed: bool = False
) -> Spots:
    """Add points to chart data: their height in the column of their finding alone.

    Across there is a number in every row, since a text would count points in place of it.

    Args:
        block: Chart data of territories.
        x: The column across.
        y: The column up.
        says: Gives the formula of a row's label, counted from 0, without its sign.
        signed: Whether the sign of its finding stands before it.
    """
    column = block.answer.names.index("finding") + 1

    def finding(n: int) -> str:
        taken = xl_rowcol_to_cell(block.row + n, block.column + 1, col_abs=True)
        return f"INDEX({block.answer.spill},{taken},{column})"

    def begins(n: int, word: str) -> str:
        return f'LEFT({finding(n)},{len(word)})="{word}"'

    words = [word for word, *_ in _KINDS[:-1]]
    spots = _with(block, "across", lambda n: f"1*{block.cell(n, x)}", "0")
    drawn = _with(spots, "any", lambda n: f"1*{block.cell(n, y)}+0*{block.cell(n, x)}", "NA()")
    spots = drawn
    for word, sign, *_ in _KINDS[:-1]:
        spots = _with(spots, sign, _when(begins, drawn, word), "NA()")
    spots = _with(spots, _KINDS[-1][1], _unless(begins, drawn, words), "NA()")

    def text(n: int) -> str:
        mark = f'"{_KINDS[-1][1]}"'
        for word, sign, *_ in _KINDS[:-1]:
            mark = f'IF({begins(n, word)},"{sign}",{mark})'
        before = f'{mark}&" "&' if signed else ""
        return f'IF(ISNUMBER({drawn.cell(n, "any")}),{before}{says(n)}," ")'

    return Spots(_with(spots, "says", text, '" "', role="calculated"))


def _when(begins: Callable[[int, str], str], block: Block, word: str) -> Callable[[int], str]:
    return lambda n: f"IF({begins(n, word)},{block.cell(n, 'any')},NA())"


def _unless(
    begins: Callable[[int, str], str], block: Block, words: list[str]
) -> Callable[[int], str]:
    return lambda n: (
        f"IF(OR({','.join(begins(n, word) for word in words)}),NA(),{block.cell(n, 'any')})"
    )


def _with(
    block: Block,
    name: str,
    formula: Callable[[int], str],
    otherwise: str,
    role: str = "calculated_number",
) -> Block:
    """Add a column to chart data that has something to say in rows without a figure, too."""
    column = block.column + 3 + len(block.names)
    block.page.write(block.row - 1, column, name, "head_right")
    write = block.page.worded if role == "calculated" else block.page.formula
    for n in range(block.rows):
        write(block.row + n, column, f"=IFERROR({formula(n)},{otherwise})", role)
    return replace(block, names=(*block.names, name))
