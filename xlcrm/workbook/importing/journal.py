"""The Imports Table: what was imported when, with its control totals, one row a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.model.headers import header_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from xlcrm.cells import Rows
    from xlcrm.workbook.importing.report import Imported
    from xlcrm.workbook.package import Table

COLUMNS = (
    "file",
    "kind",
    "table",
    "rows in file",
    "rows placed",
    "amount in file",
    "amount placed",
    "could not place",
    "imported on",
)


def journal(
    table: Table, existing: Rows, imports: Sequence[Imported], on: date | None
) -> tuple[list[str], list[tuple[object, ...]]]:
    """Append what was imported to the Imports Table.

    Args:
        table: The Table.
        existing: Its rows, without blank ones.
        imports: What was imported.
        on: The day of the import; None leaves it blank.

    Returns:
        The Table's headers and rows.
    """
    own = {header_key(header): header for header in table.headers}
    names = {column: own.get(header_key(column), column) for column in COLUMNS}
    headers = list(dict.fromkeys([*table.headers, *names.values()]))
    blank = (None,) * (len(headers) - len(table.headers))
    rows: list[tuple[object, ...]] = [(*row, *blank) for row in existing]
    for imported in imports:
        entry = {names[column]: value for column, value in _entry(imported, on).items()}
        rows.append(tuple(entry.get(header) for header in headers))
    return headers, rows


def _entry(imported: Imported, on: date | None) -> Mapping[str, object]:
    amount = imported.amount
    return {
        "file": imported.label,
        "kind": imported.kind,
        "table": imported.table or None,
        "rows in file": float(imported.rows_in_file),
        "rows placed": float(imported.rows_placed),
        "amount in file": None if amount is None else amount.file,
        "amount placed": None if amount is None else amount.workbook,
        "could not place": "; ".join(imported.could_not_place) or None,
        "imported on": on,
    }
