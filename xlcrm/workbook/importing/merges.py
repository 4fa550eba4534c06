"""Words that a workbook shows once over merged cells, given to every row that they cover."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlcrm.cells import is_blank
from xlcrm.errors import listing
from xlcrm.model.named_rows import NAMED
from xlcrm.model.schema import KINDS, ColumnType
from xlcrm.workbook.importing.recognition import letters_of
from xlcrm.workbook.package.merged_cells import merged_cells

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.cells import Cell
    from xlcrm.workbook.importing.recognition import Found


def with_merged(found: Found, path: Path, sheet: str) -> Found:
    """Fill the words of a scorecard down where the workbook says that cells are merged.

    Nothing else is filled: a blank below a word may mean that there is none. Numbers are never
    repeated, and neither is what tells the rows apart.

    Args:
        found: A table of objectives, measures or initiatives; others stay as they are.
        path: The workbook that it comes from.
        sheet: The name of its sheet.

    Returns:
        The table, and a note on every column that was filled.
    """
    columns = _words(found)
    if not columns:
        return found
    rows: list[list[Cell]] = [list(row) for row in found.rows]
    row_at = {place: number for number, place in enumerate(found.places)}
    notes = []
    for position, name in sorted(columns.items()):
        filled, areas = 0, []
        for area in merged_cells(path, sheet):
            if not area.left <= position + 1 <= area.right or area.height < 2:
                continue
            covered = [
                row_at[place] for place in range(area.top - 1, area.bottom) if place in row_at
            ]
            shown = found.source.rows[area.top - 1][area.left - 1]
            blank = [row for row in covered if is_blank(rows[row][position])]
            if is_blank(shown) or not blank or area.top - 1 not in row_at:
                continue
            for row in blank:
                rows[row][position] = shown
            filled += len(blank)
            areas.append(f"{letters_of(position)}{area.top}:{letters_of(position)}{area.bottom}")
        if filled:
            notes.append(f"{filled} cells of {name} are merged with one above: {listing(areas)}")
    if not notes:
        return found
    return replace(found, rows=[tuple(row) for row in rows], notes=(*found.notes, *notes))


def _words(found: Found) -> dict[int, str]:
    """Find the columns of words, by position, that may be shared by several rows."""
    if found.kind not in NAMED:
        return {}
    named, kind = NAMED[found.kind], KINDS[found.kind]
    return {
        position: name
        for name, position in found.matched.by_column.items()
        if kind.column(name).type in (ColumnType.TEXT, ColumnType.ID)
        and name not in (named.id, named.name)
    }
