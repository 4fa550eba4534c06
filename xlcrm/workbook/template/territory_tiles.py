"""The headline figures of the sheet Territory."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.workbook.template.inputs import Tile, tiles
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.style import RATIO, SHARE
from xlcrm.workbook.template.territory_layout import FIRST, TILES
from xlcrm.workbook.template.territory_lists import of_prospects
from xlcrm.workbook.template.territory_story import Story


def write_tiles(
    page: Page, found: Mapping[str, Answer], story: Story, by: str, near: str
) -> list[str]:
    """Write the headline figures, and give their cells.

    Args:
        page: The sheet.
        found: The answers.
        story: The territory that is told of.
        by: The cell of what makes territories.
        near: The cell of the distance up to which a prospect is near.
    """
    regions, prospects = found["regions"], found["prospects"]
    name = story.of["by"]
    customers, gap, potential, revenue, penetration = (
        regions.values(column)
        for column in ("customers", "gap", "potential", "revenue", "penetration")
    )
    known, sold = "_xlpm.p", "_xlpm.r"
    wallet = (
        f"LET({known},1*{potential},{sold},1*{revenue},"
        f"SUM(IFERROR({sold}+0*{known},0))/SUM(IFERROR({known},0)))"
    )
    distance = of_prospects(prospects, "distance")
    within = f'"<="&{near}'
    offered = f"SUMIF({distance},{within},{of_prospects(prospects, 'potential')})"
    return tiles(
        page,
        TILES,
        FIRST["regions"],
        (
            Tile("Customers who bought", f'=IFERROR(SUM({customers}),"-")',
                 f'=IFERROR("of "&TEXT(SUM({regions.values("accounts")}),"#,##0")&" accounts; "&'
                 f'TEXT(ROWS({prospects.spill})-1,"#,##0")&" never bought","")'),
            Tile(f'="Penetration, % of "&IF({by}="region","companies","accounts")',
                 f'=IFERROR({_penetration(regions)},"-")',
                 f'=IFERROR("lowest in "&XLOOKUP(MIN({penetration}),{penetration},'
                 f'{regions.values("by")})&": "&TEXT(MIN({penetration}),"0.0%"),"")', SHARE),
            Tile("Sales, % of potential", f'=IFERROR({wallet},"-")',
                 f'=IFERROR({name}&": "&TEXT({story.of["revenue"]}/{story.of["potential"]},"0.0%")'
                 ',"")', SHARE),
            Tile(f'="Prospects within "&{near}&" km"',
                 f'=IFERROR(COUNTIF({distance},{within}),"-")',
                 f'=IFERROR("potential "&TEXT({offered},"#,##0")&" "&Currency,"")'),
            Tile("Resellers missing", f'=IFERROR(IF(COUNT({gap})=0,"-",SUMIF({gap},">0")),"-")',
                 f'=IFERROR("in "&{name}&": "&TEXT({story.of["resellers"]},"0")&" of "&'
                 f'FIXED({story.of["expected_resellers"]},1)&" expected","")', RATIO),
        ),
    )  # fmt: skip


def _penetration(regions: Answer) -> str:
    """Give customers by companies of all territories, a dash where that cannot be told.

    Companies are customers by penetration; where nobody bought, they are as many as accounts, but
    only if they are everywhere.
    """
    share, bought, there = "_xlpm.p", "_xlpm.c", "_xlpm.a"
    differ = f"SUM(IFERROR(({share}>0)*(ABS({bought}/{share}-{there})>0.01),0))"
    nobody = f"SUM(IFERROR(1*({share}=0),0))"
    whole = f"SUM(IFERROR(IF({share}>0,{bought}/{share},{there}),0))"
    hits = f"SUM(IFERROR({bought}+0*{share},0))"
    return (
        f"LET({share},1*{regions.values('penetration')},{bought},1*{regions.values('customers')},"
        f'{there},1*{regions.values("accounts")},IF({differ}*{nobody}>0,"-",{hits}/{whole}))'
    )
