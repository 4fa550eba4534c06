"""What the charts of the sheet Territory are drawn from: plain cells, and titles with units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.workbook.template.chart_data import Block, chart_data
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.territory_layout import CHART_DATA, MOST_LISTED, TABLES, place
from xlcrm.workbook.template.territory_lists import of_prospects
from xlcrm.workbook.template.territory_map import Spots, map_of, spots_of
from xlcrm.workbook.template.territory_story import BELOW, Story

POINTS, COLUMNS, ALIKE = 12, 5, 10
"""How many territories are drawn as points and as columns, and how many prospects as bars."""
_APART = "\N{EM SPACE}"
"""What keeps a name apart from its point."""
BANDS = ("1", "2", "4", "8")
"""Where the bands of distance end, as multiples of the distance that is near."""


@dataclass(frozen=True)
class Blocks:
    """What the charts are drawn from.

    Attributes:
        titles: References to the titles of charts, by their chart.
        map: The territories as bubbles on the map.
        visits: The territories as points of visits and penetration.
        shares: Shares and resellers of territories.
        distances: Prospects by their distance from customers, in the territory and elsewhere.
        alike: The potential of prospects, in the territory and elsewhere.
        inside: The cell with the name of the territory.
    """

    titles: Mapping[str, str]
    map: Spots
    visits: Spots
    shares: Block
    distances: Block
    alike: Block
    inside: str


def blocks_of(page: Page, found: Mapping[str, Answer], story: Story, near: str) -> Blocks:
    """Write the plain cells that charts show.

    Args:
        page: The sheet.
        found: The answers.
        story: The territory that is told of.
        near: The cell of the distance up to which a prospect is near.
    """
    regions = found["regions"]
    titles = _titles(page, regions)
    row = BELOW + 6
    base = chart_data(
        page,
        row,
        CHART_DATA,
        regions,
        ("lon", "lat", "potential", "revenue", "index"),
        POINTS,
        "potential",
    )
    on_map = map_of(base)
    row += POINTS + 3
    base = chart_data(
        page, row, CHART_DATA, regions, ("visits_per_account", "penetration"), POINTS, "potential"
    )
    visits = spots_of(base, base.names[0], base.names[1], lambda n: f'"{_APART}"&{base.named(n)}')
    row += POINTS + 3
    names = ("potential_share", "revenue_share", "resellers", "expected_resellers")
    shares = chart_data(page, row, CHART_DATA, regions, names, COLUMNS, "potential")
    row += COLUMNS + 3
    distances = _distances(page, row, found["prospects"], story, near)
    row += distances.rows + 3
    alike = _alike(page, row, found["alike"], story)
    name = page.address(row - 1, CHART_DATA)  # what the legend says
    page.worded(row - 1, CHART_DATA, f'="in "&{story.of["by"]}', "calculated")
    return Blocks(titles, on_map, visits, shares, distances, alike, f"={name}")


def _titles(page: Page, regions: Answer) -> dict[str, str]:
    """Write the titles of charts that name a unit, and give references to them."""
    page.write(BELOW, CHART_DATA + 2, "Titles of charts", "note")
    lat = regions.values("lat")
    texts = {
        "map": '="Potential not sold (bubble) and index; "&'
               f'FIXED(111.2*(MAX({lat})-MIN({lat})),0)&" km from north to south"',
        "alike": '="Potential of those most like the best customers, thousand "&Currency',
    }  # fmt: skip
    for number, text in enumerate(texts.values(), BELOW + 1):
        page.worded(number, CHART_DATA + 2, text, "calculated")
    return {
        name: f"={page.address(number, CHART_DATA + 2)}"
        for number, name in enumerate(texts, BELOW + 1)
    }


def _plain(page: Page, row: int, names: Sequence[str], rows: int, answer: Answer) -> Block:
    """Write the headers of chart data whose rows are no rows of an answer."""
    page.write(row, CHART_DATA + 2, "Chart data", "note")
    for offset, head in enumerate(("label", *names), 2):
        page.write(row + 1, CHART_DATA + offset, head, "head" if offset == 2 else "head_right")
    return Block(page, row + 2, CHART_DATA, rows, tuple(names), answer)


def _distances(page: Page, row: int, prospects: Answer, story: Story, near: str) -> Block:
    """Count prospects by their distance from the nearest customer."""
    block = _plain(page, row, ("to", "inside", "elsewhere"), len(BANDS) + 2, prospects)
    distance, territory = (of_prospects(prospects, name) for name in ("distance", "by"))
    ends = [*(f"={times}*{near}" for times in BANDS), 1e9]
    for number in range(block.rows):
        at, end = block.row + number, block.cell(number, "to")
        label, conditions = '="place not known"', f'{distance},"-"'
        if number < len(ends):
            above = block.cell(number - 1, "to") if number else "-1"
            label = f'="over "&{above}' if number == len(ends) - 1 else f'="to "&{end}'
            conditions = f'{distance},">"&{above},{distance},"<="&{end}'
            value = ends[number]
            if isinstance(value, str):
                page.formula(at, CHART_DATA + 3, value, "calculated_number")
            else:
                page.write(at, CHART_DATA + 3, value, "calculated_number")
        page.worded(at, CHART_DATA + 2, label, "calculated")
        inside = f"COUNTIFS({conditions},{territory},{story.of['by']})"
        page.formula(at, CHART_DATA + 4, f"=IFERROR({inside},NA())", "calculated_number")
        rest = f"COUNTIFS({conditions})-{block.cell(number, 'inside')}"
        page.formula(at, CHART_DATA + 5, f"=IFERROR({rest},NA())", "calculated_number")
    return block


def _alike(page: Page, row: int, alike: Answer, story: Story) -> Block:
    """Take the first of the list of prospects that are like the best customers."""
    block = _plain(page, row, ("inside", "elsewhere"), min(ALIKE, MOST_LISTED), alike)
    for number in range(block.rows):
        at, from_row = block.row + number, TABLES + 1 + number
        name, by, potential = (
            page.at(from_row, place("alike", column)) for column in ("name", "by", "potential")
        )
        text = f'=IF({name}="","",{name}&", "&{by})'
        page.worded(at, CHART_DATA + 2, text, "calculated")
        for offset, sign in ((3, "="), (4, "<>")):
            value = f"IF(ISNUMBER({potential}),IF({by}{sign}{story.of['by']},{potential},0),NA())"
            page.formula(at, CHART_DATA + offset, f"={value}", "calculated_number")
    return block
