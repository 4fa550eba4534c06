"""The sheet Territory: where is a territory neglected, and where to grow?"""

from __future__ import annotations

from functools import partial
from typing import Any

from xlcrm.workbook.template.inputs import (
    PERIOD_HINT,
    PERIODS,
    WHERE_HINT,
    Input,
    asked,
    free_input,
)
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import dashed, put, ruled, trouble
from xlcrm.workbook.template.territory_blocks import blocks_of
from xlcrm.workbook.template.territory_charts import write_charts
from xlcrm.workbook.template.territory_colours import coloured
from xlcrm.workbook.template.territory_layout import (
    ALL,
    ANSWERS,
    FIRST,
    INPUTS,
    MOST_LISTED,
    TABLES,
    TROUBLE,
    place,
    set_up,
)
from xlcrm.workbook.template.territory_lists import write_alike, write_near
from xlcrm.workbook.template.territory_messages import write_messages
from xlcrm.workbook.template.territory_story import story_of
from xlcrm.workbook.template.territory_tiles import write_tiles

NAME = "Territory"

BY = ("region", "owner", "industry", "city")
"""What can make territories; any other column of accounts may be typed."""
_ALIKE = (
    "type, industry, size, potential",
    "type, region, industry, size, potential",
    "industry, size",
)

_BY_HINT = "One column of accounts. Region has companies and resellers of the Table Regions."
_NEAR_HINT = "How far a prospect may be from the nearest customer to count as near."
_ALIKE_HINT = (
    "Columns of accounts that are compared with the best customers. Without region, so that a "
    "neglected territory is not passed over. Blank for all."
)


def write_territory(workbook: Any, page: Page) -> None:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.
    """
    set_up(page)
    ask = partial(free_input, page, INPUTS)
    by = ask(place("regions", "by"), "Territory by", "region", _BY_HINT, BY)
    period = ask(place("regions", "accounts"), "Period", "last 12 months", PERIOD_HINT, PERIODS)
    where = ask(place("regions", "penetration"), "Only rows where", None, WHERE_HINT)
    top = _number(
        page, "near", "Prospects listed", 20.0, "How many of each list.", (1, MOST_LISTED)
    )
    near = _number(page, "near", "Near: up to km", 25.0, _NEAR_HINT, (0, 20_000), column="owner")
    alike_in = ask(FIRST["alike"], "Alike in", _ALIKE[0], _ALIKE_HINT, _ALIKE)
    one = f'SUBSTITUTE({by},","," and ")'  # charts read one column of labels
    calls = {
        "regions": f"CRM_TERRITORY(Model,{one},{where},{period})",
        "prospects": f'CRM_TERRITORY(Model,{one},{where},{period},"accounts")',
        "alike": f"CRM_LOOKALIKES(Model,{alike_in},{where},{period},,{top})",
    }
    at = {"regions": FIRST["regions"], "prospects": ALL, "alike": FIRST["alike"] + 1}
    found = {
        name: put(page, TABLES, at[name], dashed(call), ANSWERS[name])
        for name, call in calls.items()
    }
    listed = write_near(page, found["prospects"], top)
    alike = write_alike(page, found["alike"], found["prospects"])
    coloured(found["regions"])
    for answer in (found["regions"], listed, alike):
        ruled(answer)
    for column, name in (
        (FIRST["regions"], "regions"),
        (FIRST["near"], "prospects"),
        (FIRST["alike"], "alike"),
    ):
        trouble(page, TROUBLE, column, [found[name]])
    story = story_of(page, found["regions"])
    write_tiles(page, found, story, by, near)
    blocks = blocks_of(page, found, story, near)
    write_charts(workbook, page, blocks)
    write_messages(page, found, story, by, near)


def _number(
    page: Page,
    panel: str,
    label: str,
    value: float,
    hint: str,
    within: tuple[float, float],
    column: str = "name",
) -> str:
    given = Input(label, value, (), hint, role="input_number", within=within)
    return asked(page, INPUTS, place(panel, column), [given])[0]
