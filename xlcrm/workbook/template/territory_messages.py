"""The titles and headings of the sheet Territory, which say what is to be seen."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.territory_layout import (
    FIRST,
    HEADINGS,
    LIST,
    MOST_LISTED,
    TABLES,
    place,
)
from xlcrm.workbook.template.territory_lists import of_prospects
from xlcrm.workbook.template.territory_story import Story

_SECOND = "Where to grow: whom to visit first"


def write_messages(
    page: Page, found: Mapping[str, Answer], story: Story, by: str, near: str
) -> None:
    """Write titles, headings and notes.

    Args:
        page: The sheet.
        found: The answers.
        story: The territory that is told of.
        by: The cell of what makes territories.
        near: The cell of the distance up to which a prospect is near.
    """
    of = story.of
    name, index, gap = of["by"], of["index"], of["gap"]
    missing = f'IF(N({gap})>=1,", "&FIXED({gap},1)&" resellers missing","")'
    _say(
        page,
        0,
        1,
        f'IF({story.neglected}>0,{name}&" is neglected: "&ROUND({index},0)'
        f'&" of 100 sales for its potential"&{missing},'
        f'"No territory is neglected: "&{name}&" is lowest with "&ROUND({index},0)'
        '&" of 100 sales for its potential")',
        "Territory: no figures yet",
        "title",
    )
    page.write(1, 1, "Where a territory is neglected, and where to grow.", "subtitle")
    link = page.styles.varied("link", valign="vcenter")
    to = page.at(0, FIRST["near"]).replace("$", "")
    page.sheet.write_url(
        1, place("regions", "low"), f"internal:'{page.name}'!{to}", link, "Whom to visit first →"
    )
    page.sheet.write_url(1, FIRST["near"], f"internal:'{page.name}'!A1", link, "← territories")
    page.write(0, FIRST["near"], _SECOND, "title")
    regions = found["regions"]
    _on_charts(page, of, regions)
    _say(
        page,
        LIST,
        1,
        f'IF(ISERROR({regions.cell}),NA(),"By "&{by}&": "&{story.neglected}&" of "'
        f'&ROWS({regions.spill})-1&" neglected, "&{story.well}&" worked well")',
        "By territory",
    )
    page.write(
        LIST,
        place("regions", "potential"),
        "The lowest index first: the share of sales by the share of potential, 100 is as its "
        "potential. Gap: resellers missing. Charts draw the twelve largest, columns five.",
        "note",
    )
    _on_lists(page, found, story, near)


def _on_charts(page: Page, of: Mapping[str, str], regions: Answer) -> None:
    visits = regions.values("visits_per_account")
    name = of["by"]
    unsold = f"({of['potential']}-{of['revenue']})/1000000"
    heads = {
        "by": (
            f'{name}&": "&FIXED({unsold},1)&" million "&Currency&" of potential not sold"',
            "On the map",
        ),
        "potential": (
            f'{name}&": "&TEXT(1*{of["potential_share"]},"0%")&" of potential, "'
            f'&TEXT(1*{of["revenue_share"]},"0%")&" of sales"',
            "Potential and sales",
        ),
        "visits": (
            f'{name}&": "&FIXED({of["visits_per_account"]},1)&" visits per account, most in "'
            f'&XLOOKUP(MAX({visits}),{visits},{regions.values("by")})&": "&FIXED(MAX({visits}),1)',
            "Visits",
        ),
        "lat": (
            f'{name}&": "&TEXT(1*{of["resellers"]},"0")&" resellers where "'
            f'&FIXED({of["expected_resellers"]},1)&" are expected"',
            "Resellers",
        ),
    }
    for column, (text, plain) in heads.items():
        _say(page, HEADINGS, place("regions", column), text, plain)


def _on_lists(page: Page, found: Mapping[str, Answer], story: Story, near: str) -> None:
    distance, territory = (of_prospects(found["prospects"], name) for name in ("distance", "by"))
    name, all_of_them = story.of["by"], f"ROWS({found['prospects'].spill})-1"
    _say(
        page,
        HEADINGS,
        FIRST["near"],
        f'COUNTIF({distance},"<="&{near})&" of "&{all_of_them}&" prospects are within "&{near}'
        f'&" km of a customer, "&COUNTIFS({distance},"<="&{near},{territory},{name})&" of them in "'
        f"&{name}",
        "Prospects near customers",
    )
    first = TABLES + 1
    where = f"{page.at(first, place('alike', 'by'))}:" + page.at(
        TABLES + MOST_LISTED, place("alike", "by")
    )
    prospect, at = (page.at(first, place("alike", column)) for column in ("name", "by"))
    alike = found["alike"]
    _say(
        page,
        HEADINGS,
        FIRST["alike"],
        f'IF(ISERROR({alike.cell})+({at}=""),NA(),"Visit first: "&{prospect}&" in "&{at}&"; "'
        f'&COUNTIF({where},{name})&" of the "&ROWS({alike.spill})-1&" listed are in "&{name})',
        "Visit first",
    )
    page.write(
        LIST,
        FIRST["near"],
        "Who never bought, the nearest to a customer first; distance in km as the crow flies.",
        "note",
    )
    page.write(
        LIST,
        FIRST["alike"],
        "Who never bought and is most like the best customers; similarity 0 to 1, distance in km.",
        "note",
    )


def _say(page: Page, row: int, column: int, text: str, plain: str, role: str = "heading") -> None:
    """Write a message, or plain words where there are no figures."""
    page.worded(row, column, f'=IFERROR({text},"{plain}")', role)
