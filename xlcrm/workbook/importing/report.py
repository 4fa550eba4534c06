"""What became of one file or sheet that was imported."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

from xlcrm.cells import number_text
from xlcrm.errors import listing


@dataclass(frozen=True)
class Totals:
    """The control total of a column: in the file, in the saved workbook, in the model.

    Attributes:
        column: The column that is summed.
        file: Its sum in the file; None where it cannot be read.
        workbook: Its sum in the workbook, read back after saving.
        model: Its sum as the worksheet functions see it.
    """

    column: str
    file: float | None
    workbook: float | None = None
    model: float | None = None

    @property
    def agree(self) -> bool:
        """Whether the three are the same, which they are too where none can be read."""
        if self.file is None or self.workbook is None or self.model is None:
            return self.file is None and self.workbook is None and self.model is None
        return all(
            isclose(self.file, other, rel_tol=1e-12, abs_tol=1e-9)
            for other in (self.workbook, self.model)
        )


@dataclass(frozen=True)
class Imported:
    """What became of one CSV file, or of one sheet of a workbook.

    Attributes:
        file: The file's name.
        sheet: The sheet's name, "" for a CSV file.
        kind: What one row is; None where nothing could be recognised.
        table: The Table that was filled, "" where none was.
        rows_in_file: The rows of data, blank ones not counted.
        blank_rows: The blank rows among them.
        rows_placed: The rows that stand in the Table now, or whose settings or aliases do.
        rows_in_workbook: These rows as counted in the saved workbook.
        rows_in_model: These rows as the worksheet functions see them.
        rows_replaced: The rows that stood in the Table before; settings and aliases stay.
        amount: The control total, where the kind has an amount.
        placed: Pairs of a header and the column it was placed in.
        kept: The headers that no column is known for, placed under their own name.
        could_not_place: What was left out, and why.
        notes: What is worth a look.
    """

    file: str
    sheet: str = ""
    kind: str | None = None
    table: str = ""
    rows_in_file: int = 0
    blank_rows: int = 0
    rows_placed: int = 0
    rows_in_workbook: int | None = None
    rows_in_model: int | None = None
    rows_replaced: int = 0
    amount: Totals | None = None
    placed: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()
    could_not_place: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The file, and the sheet if it has several."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file

    @property
    def agrees(self) -> bool:
        """Whether rows and amounts are the same in the file, the workbook and the model."""
        counts = {self.rows_placed, self.rows_in_workbook, self.rows_in_model} - {None}
        return len(counts) == 1 and (self.amount is None or self.amount.agree)

    @property
    def sentence(self) -> str:
        """One line for a terminal."""
        if not self.table:
            return f"{self.label}: {'; '.join(self.could_not_place)}"
        parts = [_rows(self)]
        if self.rows_replaced:
            parts.append(f"replaces {self.rows_replaced:,} rows")
        if self.amount is not None:
            parts.append(_sums(self.amount))
        columns = f"{len(self.placed)} columns placed"
        if self.kept:
            columns += f", {len(self.kept)} kept under their own name: {listing(self.kept)}"
        parts.append(columns)
        if self.blank_rows:
            parts.append(f"{self.blank_rows:,} blank rows skipped")
        parts += [f"could not place {what}" for what in self.could_not_place]
        parts += self.notes
        warning = "" if self.agrees else "CHECK THIS, the counts or sums do not agree: "
        return f"{warning}{self.label} → {self.table}: {'; '.join(parts)}"


def _rows(imported: Imported) -> str:
    text = f"{imported.rows_placed:,} of {imported.rows_in_file:,} rows placed"
    others = {imported.rows_in_workbook, imported.rows_in_model} - {imported.rows_placed, None}
    if others:
        text += (
            f" ({imported.rows_in_workbook} in the workbook, {imported.rows_in_model} in the model)"
        )
    return text


def _sums(totals: Totals) -> str:
    if totals.file is not None and totals.agree:
        return f"{totals.column} {shown(totals.file)} in file, workbook and model"
    if totals.file is None and totals.agree:
        return f"{totals.column} cannot be summed"
    return (
        f"{totals.column} {shown(totals.file)} in the file, {shown(totals.workbook)} in the "
        f"workbook, {shown(totals.model)} in the model"
    )


def shown(number: float | None) -> str:
    """Write a sum for a person, thousands set apart: ``10,005,534``."""
    if number is None:
        return "unreadable"
    whole, point, rest = number_text(round(number, 6)).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdecimal() else whole + point + rest
