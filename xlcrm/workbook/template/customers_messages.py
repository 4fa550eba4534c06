"""The titles and headings of the sheet Customers, which say what is to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.workbook.template.customers_answers import PLACES, Asked
from xlcrm.workbook.template.customers_charts import Whale
from xlcrm.workbook.template.customers_layout import (
    FIRST,
    HEADINGS,
    LIST,
    RETENTION_ROW,
    SECOND,
    SECOND_TABLES,
)
from xlcrm.workbook.template.customers_tables import VALUED, Table
from xlcrm.workbook.template.customers_value import fitted
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer

FIT = (SECOND + 1, SECOND_TABLES + VALUED + 1)
"""The rows of both sentences that say how the fits stand."""
_LINKS = (
    (FIRST["B"], SECOND, FIRST["A"], "Best of each kind ↓"),
    (FIRST["B"] + 3, SECOND, FIRST["C"], "Most valuable ahead ↓"),
    (FIRST["C"], RETENTION_ROW, FIRST["A"], "Who leaves, who stays ↓"),
)
"""Where each link stands, the row and column that it leads to, and its words."""


def write_messages(
    page: Page,
    found: Mapping[str, Answer],
    tables: Mapping[str, Table],
    whale: Whale,
    figures: Sequence[str],
    of: Asked,
) -> None:
    """Write titles, headings and notes.

    Args:
        page: The sheet.
        found: The answers by their names.
        tables: The tables that pick from them.
        whale: The whale curve.
        figures: The cells of the headline figures.
        of: What was asked for.
    """
    customers, key, _, losing, _ = figures
    ranked, profit, rfm = (found[name] for name in ("ranked", "profit", "rfm"))
    reached = f"ROUND(100*INDEX({ranked.values('cumulative')},1+{key}),0)"
    few = f'{key}&" of "&{customers}&" bring "&{reached}&" % of revenue"'
    _say(page, 0, 1,
         f'"Customers: "&{few}&IF(ISNUMBER({losing}),"; "&{losing}&" cost more than they bring","")'
         f'&", "&{of.period}', "Customers: no figures yet", "title")  # fmt: skip
    page.write(1, 1, "Who carries us, who costs more than they bring, and who is worth keeping.",
               "subtitle")  # fmt: skip
    _links(page)
    best = found["best"]
    _head(page, "A", f'"Key accounts: the first "&ROWS({best.spill})-1&" bring "&ROUND(100*'
          f'MAX({best.values("cumulative")}),0)&" % of revenue"', "Key accounts")  # fmt: skip
    lost = f'SUMIF({profit.values("profit")},"<0")'
    _head(page, "B", f'"Whale curve: "&IF({losing}+0=0,"no customer costs more than they bring",'
          f'"without "&{losing}&" customers who cost more than they '
          f'bring, profit would be "&ROUND(100*({whale.peak[1]}-1),0)&" % higher")',
          "Whale curve")  # fmt: skip
    names, revenue = rfm.values("rfm_segment"), rfm.values("revenue_share")
    top = f"XLOOKUP(MAX({revenue}),{revenue},"
    _head(page, "C", f'"RFM: "&{top}{names})&", "&{top}{rfm.values("customers")})'
          f'&" customers, brought "&ROUND(100*MAX({revenue}),0)&" % of revenue"',
          "RFM segments")  # fmt: skip
    history, projected = found["history"], found["projected"]
    share = history.values("share")
    _head(page, "A", f'"Best of each "&{of.by}&": "&XLOOKUP(MAX({share}),{share},'
          f'{history.values("by")})&" leans most on one, "&{_dearest(tables["history"], history)}'
          f'&", "&ROUND(100*MAX({share}),0)&" %"',
          "Best of each kind", SECOND)  # fmt: skip
    new = _newcomers(page, history, projected)
    _head(page, "B", f'"Best of each "&{of.by}&", this year with what is likely to follow: "'
          f'&{new}'
          f'&" of "&ROWS({projected.spill})-1&" not listed at the left"',
          "Best of each kind this year", SECOND)  # fmt: skip
    value = found["value"]
    clv = value.values("clv")
    _head(page, "C", f'"The "&MIN({VALUED},ROWS({value.spill})-1)&" most valuable, next "'
          f'&{of.months}&" months: "&ROUND(100*SUM(INDEX({clv},2):INDEX({clv},MIN({VALUED}+1,'
          f'ROWS({value.spill}))))/SUM({clv}),0)&" % of what all are worth"',
          "The most valuable customers ahead", SECOND)  # fmt: skip
    _notes(page, found, lost, of)


def _dearest(table: Table, history: Answer) -> str:
    """Give the name of the customer with the largest share of its group."""
    share = history.values("share")
    cells = f"{table.cell(0, 2)}:{table.cell(table.rows - 1, 2)}"
    return f"INDEX({cells},MATCH(MAX({share}),{share},0)-1)"


def _newcomers(page: Page, history: Answer, projected: Answer) -> str:
    """Count customers in one list that are not in the other, and give the cell of their number."""
    row, column = PLACES["fit"][0] - 3, PLACES["fit"][1]
    page.write(row, column, "Likely to be among the best, and not yet", "note")
    before, ahead = (answer.values("account_id") for answer in (history, projected))
    both = f"SUMPRODUCT(--(TRANSPOSE({before})={ahead}))"  # their headers too
    text = f"=IF(ISERROR({projected.cell}),NA(),ROWS({projected.spill})-{both})"
    page.answer(row + 1, column, text, "calculated_number")
    return page.at(row + 1, column)


def _notes(page: Page, found: Mapping[str, Answer], lost: str, of: Asked) -> None:
    """Write what stands beside the tables: units, and what the fit is like."""
    page.formula(LIST, FIRST["A"], '="Largest revenue first, "&Currency&"; class A brings the '
                 'first 80 %, or what the setting says."', "note")  # fmt: skip
    page.worded(LIST, FIRST["B"], f'=IFERROR("The dearest first, "&Currency&": together "&TEXT('
                f'{lost},"#,##0")&". Profit: margin less contacts and service.","")',
                "note")  # fmt: skip
    page.worded(LIST, FIRST["C"], f'="Orders: "&IF({of.orders}="","all",{of.orders})&". Recency in '
                'days, money in "&Currency&", means of a segment."', "note")  # fmt: skip
    link = page.styles.varied("link", valign="vcenter")
    page.sheet.write_url(LIST, FIRST["C"] + 6, "internal:'Segment_rules'!A1", link,
                         "Change the rules of segments →")  # fmt: skip
    page.worded(SECOND + 1, FIRST["A"], f'="Revenue, "&{of.period}&", "&Currency&'
                '"; shares within the group."', "note")  # fmt: skip
    page.formula(SECOND + 1, FIRST["B"], '="This year so far and the same rest of last year, "'
                 '&Currency&"; shares within the group."', "note")  # fmt: skip
    for row, text in zip(FIT, fitted(found["fit"]), strict=True):
        _say(page, row, FIRST["C"], text, "", "note")


def _links(page: Page) -> None:
    link = page.styles.varied("link", valign="vcenter")
    for column, row, to, text in _LINKS:
        place = page.at(row, to).replace("$", "")
        page.sheet.write_url(1, column, f"internal:'{page.name}'!{place}", link, text)


def _head(page: Page, band: str, text: str, plain: str, row: int = HEADINGS) -> None:
    _say(page, row, FIRST[band], text, plain)


def _say(page: Page, row: int, column: int, text: str, plain: str, role: str = "heading") -> None:
    """Write a message, or plain words where there are no figures."""
    page.worded(row, column, f'=IFERROR({text},"{plain}")', role)
