"""The sheet Customers: who carries the company, who costs it money, and who is worth keeping."""

from __future__ import annotations

from typing import Any

from xlcrm.workbook.template.customers_answers import answered, ask
from xlcrm.workbook.template.customers_charts import write_charts
from xlcrm.workbook.template.customers_layout import (
    FIRST,
    RETENTION_ROW,
    SECOND,
    TROUBLE,
    set_up,
)
from xlcrm.workbook.template.customers_messages import write_messages
from xlcrm.workbook.template.customers_retention import ROWS, write_retention
from xlcrm.workbook.template.customers_tables import coloured, named, write_tables
from xlcrm.workbook.template.customers_value import write_tiles
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import ruled, trouble

NAME = "Customers"


def write_customers(workbook: Any, page: Page) -> None:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.
    """
    set_up(page, RETENTION_ROW + ROWS)
    of = ask(page)
    found = answered(page, of)
    retention = write_retention(workbook, page, RETENTION_ROW, of.where)
    figures = write_tiles(page, found, retention.dormant, of)
    names = named(page, found["best"])
    tables = write_tables(page, found)
    coloured(page, found, tables)
    ruled(found["rfm"])
    for band, answers in (("A", ("best", "ranked")), ("B", ("profit",)), ("C", ("rfm",))):
        trouble(page, TROUBLE, FIRST[band], [found[name] for name in answers])
    for band, answers in (("A", ("history",)), ("B", ("projected",)), ("C", ("value", "fit"))):
        trouble(page, SECOND - 1, FIRST[band], [found[name] for name in answers])
    _, whale = write_charts(workbook, page, found, names)
    write_messages(page, found, tables, whale, figures, of)
