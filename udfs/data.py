"""Data: ranges become tables, tables become the model that all other functions ask."""

from __future__ import annotations

from datetime import date

from xlcrm.cells import Range
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model, model_of
from xlcrm.model.table import Table, table_of


@worksheet_function("Data")
def CRM_TABLE(kind: str, data: Range) -> Table:
    """Read a range with headers as a table of a kind, such as deals or orders.

    Args:
        kind: What one row is: deals, orders, accounts, sellers, products, stages, snapshots,
            objectives, measures, settings, aliases and others; a misspelt one is answered with
            those that are near.
        data: The Table with its headers, such as Deals[#All].

    Returns:
        A handle: text that names the kind, its rows and a hash of the content. CRM_MODEL takes it.

    Raises:
        #N/A: The range is blank, or has headers and no rows.
        #REF!: A required header is missing, or two headers claim one column.
        #VALUE!: There is no such kind.

    Example:
        =CRM_TABLE("deals", Deals[#All])
    """
    return table_of(kind, data)


@worksheet_function("Data")
def CRM_MODEL(tables: tuple[Table, ...], as_of: date | None = None) -> Model:
    """Join the tables of a workbook to the model that the other functions ask.

    Args:
        tables: The cells with the handles of CRM_TABLE. Blank cells and #N/A, a table that has no
            rows yet, are passed over.
        as_of: The day the figures are seen from. Left out: the setting as_of, else the newest
            event in the data.

    Returns:
        A handle: text that names the number of tables and a hash of all they hold.

    Raises:
        #VALUE!: Two tables are of one kind, or a setting is unknown.
        #N/A: A handle's data has changed; press Refresh.

    Example:
        =CRM_MODEL(Model!D5:D24)
    """
    return model_of(tables, as_of)
