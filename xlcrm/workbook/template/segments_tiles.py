"""The headline figures of the sheet Segments."""

from __future__ import annotations

from xlcrm.workbook.template.inputs import Tile, tiles
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.segments_layout import TILES
from xlcrm.workbook.template.style import RATIO, SHARE

_COLUMNS = (1, 4, 7, 10, 12)
"""Where they stand: two columns each, with room for the label."""


def write_tiles(page: Page, economics: Answer, where: str, period: str) -> list[str]:
    """Write the headline figures, and give their cells.

    A customer or a cost that counts in several groups would count twice in their sum: then there
    is a dash.

    Args:
        page: The sheet.
        economics: The economics by group.
        where: The cell of the condition.
        period: The cell of the period.
    """

    def kpi(name: str) -> str:
        return f'CRM_KPI(Model,"{name}",,{where},{period})'

    def whole(name: str) -> str:
        return f"SUM({economics.values(name)})"

    customers = kpi("customers")
    spent = f"({whole('marketing')}+{whole('seller_time')})"
    cost = f"{spent}/{whole('new_customers')}"
    known = f"AND(ABS({whole('customers')}-{customers})<0.5,{spent}>0)"
    payback, cac, earned = (
        economics.values(name) for name in ("payback", "cac", "margin_per_customer")
    )
    months = f"MAX(IFERROR({payback}*{earned}/{cac},0))"
    monthly = f"({whole('margin')}/{whole('customers')}/{months})"
    fastest = f"XLOOKUP(MIN({payback}),{payback},{economics.values('by')})"
    dearest = f"XLOOKUP(MAX({cac}),{cac},{economics.values('by')})"
    shown = (
            Tile('="Revenue, "&Currency', f'=IFERROR({kpi("revenue")},"-")',
                 f'=IFERROR("from "&TEXT({customers},"#,##0")&" customers","")'),
            Tile("Margin, % of revenue", f'=IFERROR({kpi("margin")},"-")',
                 f'=IFERROR(TEXT({kpi("margin_amount")},"#,##0")&" "&Currency,"")', SHARE),
            Tile('="Acquisition cost per new customer, "&Currency',
                 f'=IFERROR(IF({known},{cost},"-"),"-")',
                 f'=IFERROR("dearest in "&{dearest}&": "&TEXT(MAX({cac}),"#,##0"),"")'),
            Tile("Payback, months", f'=IFERROR(IF({known},{cost}/{monthly},"-"),"-")',
                 f'=IFERROR("fastest in "&{fastest}&": "&TEXT(MIN({payback}),"0.0"),"")', RATIO),
            Tile("Price realisation, % of list value",
                 f'=IFERROR({kpi("price_realisation")},"-")',
                 "what customers paid of the list price", SHARE),
    )  # fmt: skip
    return [
        cell
        for column, tile in zip(_COLUMNS, shown, strict=True)
        for cell in tiles(page, TILES, column, [tile])
    ]
