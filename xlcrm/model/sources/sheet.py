"""What a file held: rows of canonical cells, and where they stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xlcrm.cells import Rows


@dataclass(frozen=True)
class SourceSheet:
    """The cells of a CSV file or of one sheet of a workbook.

    Attributes:
        file: The file's name, without its folder.
        sheet: The sheet's name, "" for a CSV file.
        rows: Its rows from the top, all of one width.
        date_system: The system by which its dates are counted, 1900 or 1904.
        dated: The positions of columns, from 0, whose numbers are shown as dates or times.
        texts: For a CSV file, each column as it stands in the file: a number that turns out to
            be an identifier keeps every sign. Empty for a sheet.
        notes: What is worth saying about how it was read.
    """

    file: str
    sheet: str
    rows: Rows = field(repr=False)
    date_system: int = 1900
    dated: frozenset[int] = frozenset()
    texts: Sequence[Sequence[str]] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Where the rows come from, for a message."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file
