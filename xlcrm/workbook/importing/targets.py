"""The Tables of a workbook that can be filled: of which kind each is, and what its headers are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.cells import Origin, Range, is_blank
from xlcrm.errors import CrmError
from xlcrm.model.derived import DERIVABLE
from xlcrm.model.headers import header_key, match, recognise
from xlcrm.model.schema import KINDS
from xlcrm.model.sources import read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlcrm.cells import Rows
    from xlcrm.workbook.package import Contents, Table

IMPORTS = "imports"
PARAMETERS = ("settings", "aliases")
"""The kinds that say how all others are read."""


@dataclass(frozen=True)
class Target:
    """A Table of the workbook.

    Attributes:
        table: The Table.
        kind: What one row is.
        header_of: The Table's header for each declared column that it has.
    """

    table: Table
    kind: str
    header_of: Mapping[str, str]


def targets_of(held: Contents) -> dict[str, Target]:
    """Find the Table of each kind: by its name, else by its headers.

    Args:
        held: What the workbook holds.

    Returns:
        By kind, the Table; a kind without one is left out.
    """
    named = {header_key(name): name for name in KINDS}
    found: dict[str, Target] = {}
    others: list[Table] = []
    for table in held.tables:
        kind = named.get(header_key(table.name))
        if kind is not None:
            found.setdefault(kind, Target(table, kind, _headers(kind, table)))
        elif header_key(table.name) != IMPORTS:
            others.append(table)
    for table in others:
        best = recognise(table.headers)
        if best and best[0][0] not in found:
            kind = best[0][0]
            try:
                match(kind, table.headers, derivable=DERIVABLE.get(kind, frozenset()))
            except CrmError:
                continue
            found[kind] = Target(table, kind, _headers(kind, table))
    return found


def imports_table(held: Contents) -> Table | None:
    """Find the Table that keeps what was imported."""
    return next((t for t in held.tables if header_key(t.name) == IMPORTS), None)


def _headers(kind: str, table: Table) -> Mapping[str, str]:
    every = frozenset(KINDS[kind].required)
    try:
        matched = match(kind, table.headers, derivable=every)
    except CrmError:
        own = {header_key(header): header for header in table.headers}
        return {n: own[header_key(n)] for n in KINDS[kind].names if header_key(n) in own}
    columns = zip(matched.headers, matched.columns, strict=True)
    return {column: header for header, column in columns if column is not None}


def bodies(book: Path, tables: Iterable[Table]) -> dict[str, Rows]:
    """Read the rows of Tables.

    Args:
        book: The workbook.
        tables: Some of its Tables.

    Returns:
        By a Table's name its rows, blank ones included, without the header.

    Raises:
        WrongValue: The workbook cannot be read.
    """
    wanted = list(tables)
    if not wanted:
        return {}
    sheets = {s.sheet: s.rows for s in read_workbook(book, {table.sheet for table in wanted})}
    return {table.name: _cut(sheets.get(table.sheet, []), table) for table in wanted}


def _cut(rows: Rows, table: Table) -> Rows:
    body = table.body
    width = body.width
    cut = [row[body.left - 1 : body.right] for row in rows[body.top - 1 : body.bottom]]
    if cut and len(cut[0]) < width:
        cut = [row + (None,) * (width - len(row)) for row in cut]
    return cut + [(None,) * width] * (body.height - len(cut))


def filled(rows: Rows) -> Rows:
    """Leave blank rows out."""
    return [row for row in rows if row[0] is not None or not all(map(is_blank, row))]


def range_of(table: Table, rows: Rows, date_system: int) -> Range:
    """Give a Table's rows as the range that a worksheet function would be handed.

    Args:
        table: The Table.
        rows: Its rows without the header.
        date_system: The workbook's.
    """
    area = table.area
    origin = Origin(table.name, table.sheet, area.top, area.left, date_system)
    return Range([tuple(table.headers), *rows], origin)
