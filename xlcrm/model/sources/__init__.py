"""Files that hold data, read into rows of canonical cells.

Nothing is guessed here: a text that is no plain number stays text, and what it means is settled
when its column is typed.
"""

from __future__ import annotations

from pathlib import Path

from xlcrm.errors import WrongValue
from xlcrm.model.sources.csv_files import read_csv
from xlcrm.model.sources.sheet import SourceSheet
from xlcrm.model.sources.workbooks import read_workbook

__all__ = ["SourceSheet", "read_csv", "read_file", "read_workbook"]

CSV_ENDINGS = frozenset({".csv", ".tsv", ".tab", ".txt"})
WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_INSTEAD = {
    ".xls": "open it in Excel and save it as .xlsx",
    ".xlsb": "open it in Excel and save it as .xlsx",
    ".ods": "open it and save it as .xlsx",
    ".numbers": "open it in Numbers and export it to Excel, as .xlsx",
    ".parquet": "write it as CSV",
    ".feather": "write it as CSV",
    ".json": "write it as CSV",
    ".xml": "export it as CSV or .xlsx",
    ".pdf": "export the data as CSV or .xlsx",
    ".zip": "unpack it first",
    ".gz": "unpack it first",
}


def read_file(path: str | Path) -> tuple[SourceSheet, ...]:
    """Read a CSV file or workbook.

    A workbook that somebody else made is to be looked at with distrust before it comes here; it
    is read in a process of its own either way, with limits on memory and time.

    Args:
        path: A .csv, .tsv, .txt, .xlsx or .xlsm.

    Returns:
        One sheet for a CSV file, every sheet of cells for a workbook.

    Raises:
        WrongValue: It cannot be read, or is of another format; the message says what to do.
        OutOfDomain: A cell holds a number that is not finite.

    Example:
        >>> read_file("deals.csv")[0].rows[0]  # doctest: +SKIP
        ('Deal ID', 'Amount')
    """
    path = Path(path)
    ending = path.suffix.casefold()
    if ending in CSV_ENDINGS:
        return (read_csv(path),)
    if ending in WORKBOOK_ENDINGS:
        return read_workbook(path)
    advice = _INSTEAD.get(ending, "give a .csv or .xlsx file")
    raise WrongValue(f"{path.name} cannot be read: {advice}")
