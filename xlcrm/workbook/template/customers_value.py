"""What customers are worth ahead, on the sheet Customers: the tiles, and how the fit stands."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.workbook.template.customers_answers import Asked
from xlcrm.workbook.template.customers_layout import TILES
from xlcrm.workbook.template.customers_tables import losers
from xlcrm.workbook.template.inputs import Tile, tiles
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.style import MONEY

_AT = ((1, 3), (5, 7), (9, 11), (13, 15), (17, 21))
"""The first and the last column of each headline figure."""


def write_tiles(page: Page, found: Mapping[str, Answer], dormant: Answer, of: Asked) -> list[str]:
    """Write the headline figures, and give their cells.

    Args:
        page: The sheet.
        found: The answers by their names.
        dormant: The dormant customers.
        of: What was asked for.
    """
    ranked, profit, value = (found[name] for name in ("ranked", "profit", "value"))
    key = f'COUNTIF({ranked.values("class")},"A")'
    lost = f'SUMIF({profit.values("profit")},"<0")'
    idle = f'COUNTIFS({profit.values("profit")},"<0",{profit.values("revenue")},0)'
    revenue = f"SUM({ranked.values('revenue')})"
    shown = (
        Tile(f'="Customers who bought, "&{of.period}',
             f'=IFERROR(CRM_KPI(Model,"customers",,{of.where},{of.period}),"-")',
             f'=IFERROR("they brought "&TEXT({revenue},"#,##0")&" "&Currency,"")', MONEY),
        Tile("Key accounts (class A)", _sure(ranked, key),
             f'=IFERROR("they bring "&ROUND(100*INDEX({ranked.values("cumulative")},{key}+1),0)'
             '&" % of revenue","")', MONEY),
        Tile(f'="Expected revenue, next "&{of.months}&" months, "&Currency',
             _sure(value, f"SUM({value.values('expected_revenue')})"),
             f'=IFERROR("about "&ROUND(SUM({value.values("p_alive")}),0)&" of "'
             f'&COUNT({value.values("p_alive")})&" are still customers","")', MONEY),
        Tile("Cost more than they bring, customers", _sure(profit, losers(profit)),
             f'=IFERROR("their losses: "&TEXT(-{lost},"#,##0")&" "&Currency&"; "&{idle}'
             '&" bought nothing","")', MONEY),
        Tile('="At stake with dormant customers, "&Currency',
             _sure(dormant, f"SUM({dormant.values('at_stake')})"),
             f'=IF(ISERROR({dormant.cell}),"",ROWS({dormant.spill})-1&" silent longer than usual; '
             'a year of sales by the chance of return")', MONEY),
    )  # fmt: skip
    cells = []
    for (first, last), tile in zip(_AT, shown, strict=True):
        cells += tiles(page, TILES, first, (tile,))
        for below, role in enumerate(("tile_label", "tile_value", "tile_note")):
            for column in range(first + 2, last + 1):
                page.sheet.write_blank(TILES + below, column, None, page.styles[role])
    return cells


def _sure(answer: Answer, figure: str) -> str:
    """Show a dash where there is no answer: a count of nothing would be 0."""
    return f'=IF(ISERROR({answer.cell}),"-",IFERROR({figure},"-"))'


def fitted(fit: Answer) -> tuple[str, str]:
    """Give the formulas, without their signs, of two sentences that say how the fits stand.

    Args:
        fit: The answer of the model.

    Returns:
        The sentence on orders, and that on their values.
    """

    def of(figure: str) -> str:
        return f'XLOOKUP("{figure}",{fit.values("figure")},{fit.values("value")})'

    def stands(part: str) -> str:
        return (
            f'"log-likelihood "&FIXED({of(f"{part}log_likelihood")},1)&IF({of(f"{part}converged")},'
            '", converged",", did not converge")'
        )

    return (
        f'"Orders: "&{of("method")}&", "&{of("customers")}&" customers, "'
        f'&{of("repeat_customers")}&" of them with repeat orders; "&{stands("")}&"."',
        f'"Their value: "&{of("value_method")}&", "&{of("value_customers")}&" customers; "'
        f'&{stands("value_")}&". Margin "&TEXT({of("margin")},"0.0%")&" from "'
        f'&{of("margin_from")}&", discount "&TEXT({of("discount")},"0%")&" a year."',
    )
