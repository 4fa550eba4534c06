"""What the sheet Territory tells of: the neglected territory, and how it compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.territory_colours import NEGLECTED, WELL
from xlcrm.workbook.template.territory_layout import ANSWERS, CHART_DATA, TILES

_TOP = TILES + 1
_LABEL, _VALUE = CHART_DATA + 2, CHART_DATA + 3
_NEVER = -9
"""Below every difference of shares."""


@dataclass(frozen=True)
class Story:
    """Cells that messages are made from.

    Attributes:
        neglected: How many territories are neglected.
        well: How many are worked well.
        of: The figures of the territory that is told of, by their columns.
    """

    neglected: str
    well: str
    of: Mapping[str, str]


def story_of(page: Page, regions: Answer) -> Story:
    """Write the figures of the territory that is told of.

    It is the neglected one that lacks most sales; where none is neglected, that of the lowest
    index.

    Args:
        page: The sheet.
        regions: The territories, the lowest index first.
    """
    page.write(_TOP - 1, _LABEL, "The territory that is told of", "note")
    finding = regions.values("finding")

    def counted(word: str) -> str:
        return f'COUNTIF({finding},"{word}*")'

    lacks, scored = "_xlpm.d", "_xlpm.s"
    shares = f"{regions.values('potential_share')}-{regions.values('revenue_share')}"
    # not LEFT, which some programs take of one cell only
    there = f'({finding}>="{NEGLECTED}")*({finding}<="{NEGLECTED}zz")'
    largest = (
        f"LET({lacks},IFERROR({shares},{_NEVER}),{scored},IF({there}=1,{lacks},{_NEVER}),"
        f"IF(MAX({scored})>{_NEVER},MATCH(MAX({scored}),{scored},0),2))"
    )
    rows = {"neglected": counted(NEGLECTED), "worked well": counted(WELL), "row": largest}
    cells = {}
    for number, (label, formula) in enumerate(rows.items()):
        page.write(_TOP + number, _LABEL, label, "calculated")
        page.answer(_TOP + number, _VALUE, f"=IFERROR({formula},0)", "calculated_number")
        cells[label] = page.at(_TOP + number, _VALUE)
    figures = {}
    for number, (name, _) in enumerate(ANSWERS["regions"], len(rows)):
        page.write(_TOP + number, _LABEL, name, "calculated")
        at = regions.names.index(name) + 1
        text = f'=IFERROR(INDEX({regions.spill},{cells["row"]},{at}),"-")'
        page.formula(_TOP + number, _VALUE, text, "calculated")
        figures[name] = page.at(_TOP + number, _VALUE)
    return Story(cells["neglected"], cells["worked well"], figures)


BELOW = _TOP + 3 + len(ANSWERS["regions"]) + 1
"""The first free row below these cells."""
